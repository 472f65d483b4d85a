/** Imported projects: what came of each, what was left behind, and the way into the draft. */
import { useSignal } from "@preact/signals";
import type { Imported, Mode } from "../api/imports.ts";
import { moment } from "../format.ts";
import { language, t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ChoiceField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { Badge } from "../ui/page.tsx";
import { ProblemBox } from "../ui/states.tsx";

const TOOLS = { marzipano: "Marzipano", pannellum: "Pannellum", psv: "Photo Sphere Viewer" } as const;
const TONES = { ready: "good", waiting: "info", missing: "bad" } as const;

interface Props {
  items: Imported[];
  /** How many scenes the draft has. */
  drafted: () => Promise<number>;
  take: (item: Imported, mode: Mode) => Promise<void>;
  /** Without it nobody may change the draft. */
  editable: boolean;
}

export function ImportList({ items, ...props }: Props) {
  return (
    <ul class="sets">
      {items.map((item) => (
        <ImportCard key={item.asset} item={item} {...props} />
      ))}
    </ul>
  );
}

function ImportCard({ item, drafted, take, editable }: Omit<Props, "items"> & { item: Imported }) {
  const asking = useSignal(false);
  const sending = useSending();
  const count = (state: string): number => item.scenes.filter((scene) => scene.state === state).length;
  const [ready, waiting] = [count("ready"), count("waiting")];
  const run = async (mode: Mode): Promise<void> => {
    asking.value = false;
    await sending.run(() => take(item, mode));
  };
  const begin = async (): Promise<void> => {
    let scenes = 0;
    const known = await sending.run(async () => {
      scenes = await drafted();
    });
    if (!known) return;
    if (scenes > 0) asking.value = true;
    else await run("append");
  };
  return (
    <li class="set" data-import={item.asset}>
      <div class="row apart">
        <div class="grow stack tight">
          <strong>{item.title || item.file_name}</strong>
          <span class="faint">
            {[TOOLS[item.tool], item.title ? item.file_name : "", moment(item.made_at, language.value)]
              .filter(Boolean)
              .join(" · ")}
          </span>
        </div>
        {editable && (
          <button
            type="button"
            class={item.taken_at ? "button" : "button primary"}
            disabled={sending.busy || waiting > 0 || ready === 0}
            onClick={() => void begin()}
          >
            {t(item.taken_at ? "import-take-again" : "import-take")}
          </button>
        )}
      </div>
      {sending.problem && <ProblemBox problem={sending.problem} />}
      <p role="status">
        {waiting > 0
          ? t("import-waiting", { ready, count: item.scenes.length })
          : t("import-ready", { ready, count: item.scenes.length })}
        {item.taken_at && ` ${t("import-taken", { at: moment(item.taken_at, language.value) })}`}
      </p>
      <ul class="row import-scenes">
        {item.scenes.map((scene, index) => (
          <li key={index}>
            <Badge tone={TONES[scene.state]}>
              {scene.state === "ready"
                ? scene.title
                : t("import-scene", { title: scene.title, state: t(`import-scene-${scene.state}`) })}
            </Badge>
          </li>
        ))}
      </ul>
      {item.findings.length > 0 && (
        <details class="detail" open={item.taken_at === null}>
          <summary>{t("import-findings", { count: item.findings.length })}</summary>
          <ul class="reasons">
            {item.findings.map((finding, index) => (
              <li key={index}>{finding.text}</li>
            ))}
          </ul>
        </details>
      )}
      {asking.value && (
        <ModeDialog
          ready={ready}
          close={() => {
            asking.value = false;
          }}
          run={run}
        />
      )}
    </li>
  );
}

function ModeDialog({ ready, close, run }: { ready: number; close: () => void; run: (mode: Mode) => Promise<void> }) {
  const mode = useSignal<Mode>("append");
  return (
    <Dialog title={t("import-take")} onClose={close}>
      <div class="stack">
        <ChoiceField
          label={t("import-mode")}
          value={mode.value}
          options={[
            { value: "append", label: t("import-mode-append") },
            { value: "replace", label: t("import-mode-replace") },
          ]}
          onChange={(value) => {
            mode.value = value === "replace" ? "replace" : "append";
          }}
        />
        {mode.value === "replace" && <p class="notice warn">{t("import-replace-warning")}</p>}
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={close}>
            {t("cancel")}
          </button>
          <button type="button" class="button primary" onClick={() => void run(mode.value)}>
            {t("import-take-count", { count: ready })}
          </button>
        </footer>
      </div>
    </Dialog>
  );
}
