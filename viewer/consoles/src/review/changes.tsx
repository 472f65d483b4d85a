/** What the submitted tour changes of what the public last saw. */
import { type Change, type SceneChange, tourChanges } from "../api/tours.ts";
import { t } from "../texts.ts";
import { useResource } from "../ui/resource.ts";
import { Loaded } from "../ui/states.tsx";

export function Changes({ id, version }: { id: string; version: number }) {
  const list = useResource(`changes/${id}/${version}`, () => tourChanges(id));
  return (
    <section class="card" data-testid="changes">
      <header class="card-head">
        <h2>{t("changes")}</h2>
      </header>
      <Loaded resource={list} rows={2}>
        {({ since, plan, scenes }) =>
          since === null ? (
            <p class="card-body faint">{t("changes-first")}</p>
          ) : scenes.length === 0 && !plan ? (
            <p class="card-body faint">{t("changes-none", { number: since })}</p>
          ) : (
            <div class="card-body">
              <p class="faint">{t("changes-since", { number: since })}</p>
              {plan && <p>{t("changes-plan")}</p>}
              <ul class="changes">
                {scenes.map((scene) => (
                  <SceneLine key={scene.id} scene={scene} />
                ))}
              </ul>
            </div>
          )
        }
      </Loaded>
    </section>
  );
}

function SceneLine({ scene }: { scene: SceneChange }) {
  const also = [
    scene.picture && t("changes-picture"),
    scene.links && t("changes-links"),
    scene.narration && t("changes-narration"),
  ].filter(Boolean);
  return (
    <li>
      <Mark change={scene.change} /> <strong>{scene.title || t("untitled")}</strong>
      {also.length > 0 && <span class="faint">{` ${also.join(" · ")}`}</span>}
      {scene.hotspots.length > 0 && (
        <ul>
          {scene.hotspots.map((one) => (
            <li key={one.id}>
              <Mark change={one.change} /> {t(`spot-${one.kind}`)} {one.name}
              {one.captions && <span class="faint">{` ${t("changes-captions")}`}</span>}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function Mark({ change }: { change: Change }) {
  return <span class={`change change-${change}`}>{t(`change-${change}`)}</span>;
}
