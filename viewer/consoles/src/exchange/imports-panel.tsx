/** On the media page: projects that were found among the uploads. */
import { type Imported, type Mode, takeImport } from "../api/imports.ts";
import { tour } from "../api/tours.ts";
import { go } from "../router.ts";
import { has } from "../session.ts";
import { t } from "../texts.ts";
import type { Resource } from "../ui/resource.ts";
import { toast } from "../ui/toasts.tsx";
import { ImportList } from "./import-list.tsx";

export function ImportsPanel({ listing, resource }: { listing: string; resource: Resource<Imported[]> }) {
  const items = resource.data.value ?? [];
  if (items.length === 0) return null;
  const take = async (item: Imported, mode: Mode): Promise<void> => {
    const { etag } = await tour(listing);
    const count = await takeImport(listing, item.asset, mode, etag);
    toast(t("import-done", { count }));
    go(`/listings/${listing}/studio`);
  };
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t("imports")}</h2>
      </header>
      <ImportList
        items={items}
        drafted={async () => (await tour(listing)).value.scenes.length}
        take={take}
        editable={has("agency_member", "clerk")}
      />
    </section>
  );
}
