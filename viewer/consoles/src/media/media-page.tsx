/** Media of a listing: upload on top, what is there below, work in progress beside each file. */
import { useSignal } from "@preact/signals";
import { useEvents } from "../api/events.ts";
import { imports } from "../api/imports.ts";
import { type Job, jobs } from "../api/jobs.ts";
import { listing } from "../api/listings.ts";
import { masksOf } from "../api/masks.ts";
import { type Asset, type AssetPage, allAssets, assets } from "../api/media.ts";
import { sets } from "../api/sets.ts";
import { panoramas } from "../api/tours.ts";
import { ImportsPanel } from "../exchange/imports-panel.tsx";
import { bytes } from "../format.ts";
import { Bar } from "../jobs/job-parts.tsx";
import { ListingFrame } from "../listings/listing-page.tsx";
import { undecided } from "../masks/proposals.ts";
import { href } from "../router.ts";
import { t } from "../texts.ts";
import { More } from "../ui/page.tsx";
import { usePages, useResource } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";
import { AssetCard } from "./asset-card.tsx";
import { HandOver } from "./hand-over.tsx";
import { SetsPanel } from "./sets-panel.tsx";
import { UploadPanel } from "./upload-panel.tsx";

export function MediaPage({ id }: { id: string }) {
  const item = useResource(`listing/${id}`, (signal) => listing(id, signal));
  const quota = useSignal<AssetPage["quota"]>(undefined);
  const list = usePages<Asset>(`assets/${id}`, async (cursor) => {
    const page: AssetPage = await assets(id, cursor);
    if (page.quota) quota.value = page.quota;
    return page;
  });
  const work = useResource(`jobs-of/${id}`, async () => (await jobs({ listing: id }, null)).items);
  const finished = useResource(`panoramas/${id}`, () => panoramas(id));
  const groups = useResource(`sets/${id}`, () => sets(id));
  const files = useResource(`files/${id}`, () => allAssets(id));
  const imported = useResource(`imports/${id}`, () => imports(id));
  const masks = useResource(`masks-of/${id}`, () => masksOf(id));
  const reloadSets = (): void => {
    void groups.reload();
    void files.reload();
  };
  useEvents("asset", (data) => {
    if ((data as Asset).listing !== id && (data as { listing_id?: string }).listing_id !== id) return;
    void list.reload();
    void imported.reload();
    void masks.reload();
    reloadSets();
  });
  useEvents(
    "job",
    (data) => {
      const next = data as Job;
      if (next.listing !== id) return;
      const shown = groups.data.value;
      if (next.kind === "stitch" && shown)
        groups.data.value = {
          ...shown,
          items: shown.items.map((set) =>
            // What there is to see is told once, not with every step of the bar.
            set.id === next.subject
              ? {
                  ...set,
                  job: { ...next, preview: next.preview ?? (next.id === set.job?.id ? set.job.preview : null) },
                }
              : set,
          ),
        };
      const before = work.data.value ?? [];
      work.data.value = before.some((one) => one.id === next.id)
        ? before.map((one) => (one.id === next.id ? { ...one, ...next } : one))
        : [next, ...before];
      if (next.state === "done" || next.state === "failed") {
        void list.reload();
        void finished.reload();
        void imported.reload();
        if (next.kind === "stitch") void groups.reload();
      }
    },
    () => {
      void list.reload();
      void work.reload();
      void imported.reload();
      reloadSets();
    },
  );

  return (
    <ListingFrame
      id={id}
      tab="media"
      item={item.data.value?.value}
      actions={
        <>
          <HandOver listing={id} />
          <a class="button primary" href={href(`/listings/${id}/studio`)}>
            {t("to-studio")}
          </a>
        </>
      }
    >
      <UploadPanel listing={id} arrived={() => void list.reload()} />
      <ImportsPanel listing={id} resource={imported} />
      <SetsPanel listing={id} resource={groups} files={files.data.value ?? []} changed={reloadSets} />
      <section class="card">
        <header class="card-head">
          <h2>{t("assets")}</h2>
          {quota.value && <QuotaLine quota={quota.value} />}
        </header>
        <Loaded resource={list}>
          {(items) =>
            items.length === 0 ? (
              <Empty title={t("assets-none")}>{t("assets-none-text")}</Empty>
            ) : (
              <ul class="assets">
                {items.map((asset) => (
                  <AssetCard
                    key={asset.id}
                    asset={asset}
                    work={(work.data.value ?? []).filter(
                      (one) =>
                        one.subject === asset.id ||
                        (finished.data.value ?? []).some(
                          (panorama) => panorama.asset === asset.id && panorama.id === one.subject,
                        ),
                    )}
                    proposals={undecided(masks.data.value?.find((one) => one.asset === asset.id)?.items ?? []).length}
                    changed={() => {
                      void list.reload();
                      void masks.reload();
                    }}
                    workChanged={() => void work.reload()}
                  />
                ))}
              </ul>
            )
          }
        </Loaded>
        <More more={list.more.value} loading={list.loading.value} load={() => void list.loadMore()} />
      </section>
    </ListingFrame>
  );
}

function QuotaLine({ quota }: { quota: NonNullable<AssetPage["quota"]> }) {
  const share = quota.quota_bytes > 0 ? quota.used_bytes / quota.quota_bytes : 0;
  return (
    <div class="quota">
      <span class="numbers faint">{t("quota", { used: bytes(quota.used_bytes), of: bytes(quota.quota_bytes) })}</span>
      <Bar share={share} tone={share > 0.9 ? "bad" : ""} label={t("quota-label")} />
    </div>
  );
}
