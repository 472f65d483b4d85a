/** The fields of a listing as forms show them, section by section (DOMAIN: the facts a court states). */
import { KINDS } from "../api/listings.ts";

export type FieldKind = "text" | "long" | "integer" | "square" | "money" | "date" | "choice" | "flag" | "lines";

export interface Field {
  shape: "field";
  path: string;
  kind: FieldKind;
  /** Whether 未查明 is an answer. */
  stated?: boolean;
  options?: readonly string[];
  suffix?: string;
  wide?: boolean;
  /** Null is an answer of its own ("not stated"); false for fields that always hold a text. */
  required?: boolean;
}

export interface Group {
  shape: "group";
  path: string;
  stated: boolean;
  /** What it holds when "known" is chosen. */
  blank: Record<string, unknown>;
  fields: Field[];
}

export interface List {
  shape: "list";
  path: string;
  stated: boolean;
  blank: Record<string, unknown>;
  fields: Field[];
}

export type Part = Field | Group | List;

export interface Section {
  id: string;
  parts: Part[];
}

const field = (path: string, kind: FieldKind, more: Partial<Field> = {}): Field => ({
  shape: "field",
  path,
  kind,
  ...more,
});
const group = (path: string, blank: Record<string, unknown>, fields: Field[], stated = true): Group => ({
  shape: "group",
  path,
  stated,
  blank,
  fields,
});
const list = (path: string, blank: Record<string, unknown>, fields: Field[], stated = true): List => ({
  shape: "list",
  path,
  stated,
  blank,
  fields,
});

export const SECTIONS: Section[] = [
  {
    id: "basic",
    parts: [
      field("kind", "choice", { options: KINDS, required: true }),
      field("region", "text", { required: true }),
      field("address", "text", { wide: true }),
      field("lot_number", "text"),
      field("pictures_taken_on", "date"),
    ],
  },
  {
    id: "building",
    parts: [
      field("building.community", "text"),
      field("building.house_type", "text"),
      field("building.orientation", "text"),
      field("building.floor", "integer"),
      field("building.total_floors", "integer"),
      field("building.built_area", "square", { stated: true, suffix: "㎡" }),
      field("building.inner_area", "square", { stated: true, suffix: "㎡" }),
      field("building.built_year", "integer", { stated: true }),
      field("building.structure", "text"),
      field("building.lift", "flag"),
      field("building.heating", "text"),
      field("building.decoration", "text"),
      field("building.parking", "text"),
      field("building.school", "text"),
    ],
  },
  {
    id: "title",
    parts: [
      group("title", {}, [
        field("certificate", "text"),
        field("ownership", "text"),
        field("land_type", "text"),
        field("land_until", "date"),
        field("mortgage", "text", { stated: true, wide: true }),
        field("seizures", "text", { stated: true, wide: true }),
        field("right_of_residence", "flag", { stated: true }),
      ]),
      list("priority", { kind: "", order: 1, register_until: null }, [
        field("kind", "text", { required: true }),
        field("order", "integer", { required: true }),
        field("register_until", "date"),
      ]),
    ],
  },
  {
    id: "occupation",
    parts: [
      group("occupation", { state: "empty" }, [
        field("state", "choice", { options: ["empty", "debtor", "family", "tenant", "other"], required: true }),
        field("household_registration", "flag", { stated: true }),
        field("clearing", "choice", { options: ["court", "buyer", "cleared"], stated: true }),
        field("note", "long"),
      ]),
      group("lease", { leased: false }, [
        field("leased", "flag", { required: true }),
        field("unverified_claim", "flag", { required: true }),
        field("since", "date"),
        field("until", "date"),
        field("monthly_rent", "money"),
        field("paid_until", "date"),
        field("before_mortgage_and_seizure", "flag", { stated: true }),
        field("note", "long"),
      ]),
    ],
  },
  {
    id: "defects",
    parts: [
      list("defects", { place: "", text: "", source: null, found_on: null }, [
        field("place", "text", { required: true }),
        field("text", "text", { required: true, wide: true }),
        field("source", "text"),
        field("found_on", "date"),
      ]),
      list("arrears", { kind: "", amount: "unknown", counted_to: null }, [
        field("kind", "text", { required: true }),
        field("amount", "money", { stated: true, required: true }),
        field("counted_to", "date"),
      ]),
      field("illegal_building", "long", { stated: true }),
      field("accidents", "long", { stated: true }),
    ],
  },
  {
    id: "buying",
    parts: [
      group(
        "price",
        { method: "appraisal", amount: 0, report: null, fixed_on: "", valid_until: "" },
        [
          field("method", "choice", {
            options: ["agreement", "directed_enquiry", "online_enquiry", "appraisal"],
            required: true,
          }),
          field("amount", "money", { required: true }),
          field("report", "text"),
          field("fixed_on", "date", { required: true }),
          field("valid_until", "date", { required: true }),
        ],
        false,
      ),
      field("taxes", "long", { stated: true }),
      field("qualification", "long", { stated: true }),
      group("loan", { supported: false, note: null }, [
        field("supported", "flag", { required: true }),
        field("note", "long"),
      ]),
    ],
  },
  {
    id: "contact",
    parts: [
      field("contacts.office", "text"),
      field("contacts.supervision_phone", "text"),
      field("contacts.phones", "lines"),
      field("viewing", "long"),
      list(
        "documents",
        { title: "", url: null, dated: null },
        [field("title", "text", { required: true }), field("url", "text"), field("dated", "date")],
        false,
      ),
    ],
  },
];

/** The name of a field's text: `building.built_area` → `fact-building-built-area`. */
export function labelKey(path: string): string {
  return `fact-${path.replaceAll(".", "-").replaceAll("_", "-")}`;
}

/** The section that holds a field, for jumping to what the server named. */
export function sectionOf(path: string): string | undefined {
  const top = path.split(".")[0] ?? path;
  return SECTIONS.find((section) => section.parts.some((part) => part.path === path || part.path.split(".")[0] === top))
    ?.id;
}

/** Whether a part has an answer, "unknown" included. */
export function answered(value: unknown): boolean {
  if (Array.isArray(value)) return true;
  return value !== null && value !== undefined && value !== "";
}
