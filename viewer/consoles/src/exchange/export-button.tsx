/** Takes a tour away as a zip: for other viewers, or as a copy that opens without a network. */
import { useSignal } from "@preact/signals";
import { tourVersions } from "../api/tours.ts";
import { language, t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ChoiceField } from "../ui/fields.tsx";
import { useResource } from "../ui/resource.ts";
import { Loaded } from "../ui/states.tsx";

const KINDS = ["offline", "pannellum", "marzipano", "psv"] as const;

export function ExportButton({ listing, small = false }: { listing: string; small?: boolean }) {
  const open = useSignal(false);
  return (
    <>
      <button
        type="button"
        class={small ? "button small" : "button"}
        onClick={() => {
          open.value = true;
        }}
      >
        {t("exchange-export")}
      </button>
      {open.value && (
        <ExportDialog
          listing={listing}
          onClose={() => {
            open.value = false;
          }}
        />
      )}
    </>
  );
}

function ExportDialog({ listing, onClose }: { listing: string; onClose: () => void }) {
  const versions = useResource(`versions/${listing}`, () => tourVersions(listing));
  return (
    <Dialog title={t("exchange-export-title")} onClose={onClose}>
      <Loaded resource={versions} rows={4}>
        {(items) => {
          const live = items.find(({ withdrawn_at }) => withdrawn_at === null);
          return <Choices listing={listing} live={live?.number} onClose={onClose} />;
        }}
      </Loaded>
    </Dialog>
  );
}

function Choices({ listing, live, onClose }: { listing: string; live: number | undefined; onClose: () => void }) {
  const kind = useSignal<string>("offline");
  const of = useSignal(live === undefined ? "draft" : "published");
  const states = [
    ...(live === undefined ? [] : [{ value: "published", label: t("exchange-of-published", { number: live }) }]),
    { value: "draft", label: t("exchange-of-draft") },
  ];
  const query = new URLSearchParams({ of: of.value, lang: language.value });
  return (
    <div class="stack">
      <ChoiceField
        label={t("exchange-of")}
        value={of.value}
        options={states}
        onChange={(value) => {
          of.value = value;
        }}
      />
      <ChoiceField
        label={t("exchange-kind")}
        value={kind.value}
        options={KINDS.map((value) => ({ value, label: t(`exchange-kind-${value}`) }))}
        onChange={(value) => {
          kind.value = value;
        }}
      />
      <p class="faint">{t(`exchange-about-${kind.value}`)}</p>
      {of.value === "draft" && <p class="notice warn">{t("exchange-draft-warning")}</p>}
      <p class="row">
        <a
          class="button primary"
          href={`/api/v1/listings/${listing}/tour/export/${kind.value}?${query}`}
          download
          onClick={onClose}
        >
          {t("exchange-download")}
        </a>
      </p>
    </div>
  );
}
