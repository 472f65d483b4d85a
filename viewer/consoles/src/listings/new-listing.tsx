/** A new listing: only what is needed to begin; the rest follows on its page. */
import { useSignal } from "@preact/signals";
import { tenants } from "../api/identity.ts";
import { addListing, KINDS } from "../api/listings.ts";
import { go } from "../router.ts";
import { t } from "../texts.ts";
import { SelectField, TextField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { PageFrame } from "../ui/page.tsx";
import { useResource } from "../ui/resource.ts";
import { ProblemBox } from "../ui/states.tsx";
import { toast } from "../ui/toasts.tsx";
import { kindName } from "./states.tsx";

const BLANK = { case_number: "", title: "", kind: "residential", region: "", address: "", agency_id: "" };

export function NewListing() {
  const form = useSignal(BLANK);
  const sending = useSending();
  const agencies = useResource("agencies", () => tenants("agency"));
  const set = (name: keyof typeof BLANK) => (value: string) => {
    form.value = { ...form.value, [name]: value };
  };
  const values = form.value;
  const general = sending.general("case_number", "title", "facts.region", "facts.address", "agency_id");

  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    await sending.run(async () => {
      const made = await addListing({
        case_number: values.case_number,
        title: values.title.trim(),
        agency_id: values.agency_id || null,
        facts: { kind: values.kind, region: values.region.trim(), address: values.address.trim() || null },
      });
      toast(t("listing-made"));
      go(`/listings/${made.id}`);
    });
  };

  return (
    <PageFrame title={t("listing-new")} back={{ path: "/", label: t("work-list") }}>
      <form class="card" onSubmit={send}>
        <div class="card-body">
          {general && <ProblemBox problem={general} />}
          <div class="fields">
            <TextField
              label={t("case-number")}
              hint={t("case-number-hint")}
              value={values.case_number}
              onChange={set("case_number")}
              placeholder="（2026）京0102执1234号"
              error={sending.errorOf("case_number")}
              required
              autofocus
            />
            <TextField
              label={t("listing-title")}
              hint={t("listing-title-hint")}
              value={values.title}
              onChange={set("title")}
              error={sending.errorOf("title")}
              required
              maxLength={200}
            />
            <SelectField
              label={t("fact-kind")}
              value={values.kind}
              options={KINDS.map((kind) => ({ value: kind, label: kindName(kind) }))}
              onChange={set("kind")}
            />
            <TextField
              label={t("fact-region")}
              hint={t("region-hint")}
              value={values.region}
              onChange={set("region")}
              placeholder="北京市/西城区"
              error={sending.errorOf("facts.region")}
              required
            />
            <TextField
              label={t("fact-address")}
              value={values.address}
              onChange={set("address")}
              error={sending.errorOf("facts.address")}
              wide
            />
            <SelectField
              label={t("agency")}
              value={values.agency_id}
              none={t("agency-none")}
              options={(agencies.data.value?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              onChange={set("agency_id")}
              error={sending.errorOf("agency_id")}
            />
          </div>
          <div class="row">
            <button type="submit" class="button primary" disabled={sending.busy}>
              {t("listing-make")}
            </button>
          </div>
        </div>
      </form>
    </PageFrame>
  );
}
