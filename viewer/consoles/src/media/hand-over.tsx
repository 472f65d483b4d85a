/** From the desk to the photographer's telephone: the address of the capture guide, to scan or to copy. */
import { useSignal } from "@preact/signals";
import { href } from "../router.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icons.tsx";

export function HandOver({ listing }: { listing: string }) {
  const open = useSignal(false);
  const path = href(`/listings/${listing}/capture`);
  return (
    <>
      <button
        type="button"
        class="button"
        onClick={() => {
          open.value = true;
        }}
      >
        <Icon name="photo" />
        {t("capture-open")}
      </button>
      {open.value && (
        <Dialog
          title={t("capture-title")}
          onClose={() => {
            open.value = false;
          }}
        >
          <div class="stack">
            <p class="prose">{t("capture-scan")}</p>
            <img class="qr" src={`/api/v1/listings/${listing}/capture-qr.svg`} alt={t("capture-qr")} width="240" />
            <footer class="dialog-foot">
              <a class="button primary" href={path}>
                {t("capture-here")}
              </a>
            </footer>
          </div>
        </Dialog>
      )}
    </>
  );
}
