/** The draft as bidders will see it: the real pages in frames of a phone, of WeChat and of a desktop browser. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { language, t } from "../texts.ts";
import { ChoiceBar } from "../ui/choice-bar.tsx";
import { Dialog } from "../ui/dialog.tsx";

/** CSS pixels. The desktop frame is drawn smaller where there is no room for it. */
const DEVICES = {
  phone: { width: 390, height: 760, page: "tour" },
  landscape: { width: 760, height: 390, page: "tour" },
  wechat: { width: 390, height: 700, page: "listing" },
  desktop: { width: 1280, height: 760, page: "listing" },
} as const;
type Device = keyof typeof DEVICES;
const NAMES = Object.keys(DEVICES) as Device[];

interface Card {
  title: string;
  text: string;
  picture: string;
}

/** What WeChat takes from a page that is shared. */
function cardOf(page: Document | null): Card | null {
  const meta = (name: string): string =>
    page?.querySelector(`meta[property="og:${name}"]`)?.getAttribute("content") ?? "";
  const title = meta("title");
  // The address of the site may be another than the one under which it is looked at.
  const picture = meta("image") && new URL(meta("image")).pathname;
  return title ? { title, text: meta("description"), picture } : null;
}

export function PreviewDialog({ listing, close }: { listing: string; close: () => void }) {
  const device = useSignal<Device>("phone");
  const card = useSignal<Card | null>(null);
  const scale = useSignal(1);
  const room = useRef<HTMLDivElement>(null);
  const { width, height, page } = DEVICES[device.value];
  useEffect(() => {
    const box = room.current;
    if (!box) return;
    const fit = (): void => {
      // What stands above the frame in the dialog takes about 210 pixels.
      const tall = Math.max(420, window.innerHeight * 0.94 - 210);
      scale.value = Math.min(1, (box.clientWidth - 16) / width, tall / height);
    };
    const watch = new ResizeObserver(fit);
    watch.observe(box);
    fit();
    return () => watch.disconnect();
  }, [width, height]);
  const base = `/api/v1/listings/${listing}/preview`;
  const address = `${page === "tour" ? `${base}/tour` : base}?lang=${language.value}`;
  return (
    <Dialog title={t("see-title")} onClose={close} wide>
      <div class="stack tight">
        <div class="row apart">
          <ChoiceBar
            label={t("see-as")}
            options={NAMES.map((name) => ({ name, text: t(`see-${name}`) }))}
            chosen={device.value}
            choose={(name) => {
              card.value = null;
              device.value = name;
            }}
          />
          <a class="button small" href={address} target="_blank" rel="noopener">
            {t("see-alone")}
          </a>
        </div>
        {device.value === "wechat" && <p class="hint">{t("see-wechat-text")}</p>}
        <div ref={room} class="device-room">
          <div class={`device device-${device.value}`} style={{ width: `${width * scale.value}px` }}>
            {device.value === "wechat" && (
              <p class="wechat-bar" aria-hidden="true">
                <span>✕</span>
                <strong>{card.value?.title ?? ""}</strong>
                <span>⋯</span>
              </p>
            )}
            <div class="device-screen" style={{ height: `${height * scale.value}px` }}>
              <iframe
                key={device.value}
                title={t(`see-${device.value}`)}
                src={address}
                width={width}
                height={height}
                style={{ transform: `scale(${scale.value})` }}
                onLoad={(event) => {
                  card.value = cardOf(event.currentTarget.contentDocument);
                }}
              />
            </div>
          </div>
          {device.value === "wechat" && card.value && (
            <section class="share-card" aria-label={t("see-card")}>
              <h3>{t("see-card")}</h3>
              <div class="share-bubble">
                <strong>{card.value.title}</strong>
                <div>
                  <p>{card.value.text}</p>
                  {card.value.picture && <img src={card.value.picture} alt="" width="52" height="52" />}
                </div>
              </div>
              {!card.value.picture && <p class="notice warn">{t("see-card-no-picture")}</p>}
            </section>
          )}
        </div>
      </div>
    </Dialog>
  );
}
