/** Courts and agencies: name, code, space, and which foreign sites may embed a court's tours. */
import { useSignal } from "@preact/signals";
import { addTenant, changeTenant, type Tenant, type TenantKind, tenants } from "../api/identity.ts";
import { bytes } from "../format.ts";
import { has } from "../session.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { CheckField, TextField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { Icon } from "../ui/icons.tsx";
import { Badge, PageFrame } from "../ui/page.tsx";
import { useResource } from "../ui/resource.ts";
import { Empty, Loaded, ProblemBox } from "../ui/states.tsx";
import { toast } from "../ui/toasts.tsx";
import { NadirMark } from "./nadir-mark.tsx";

const GIB = 1024 ** 3;

export function Tenants({ kind }: { kind: TenantKind }) {
  const list = useResource(`tenants/${kind}`, async () =>
    (await tenants(kind)).items.filter((one) => one.kind === kind),
  );
  const editing = useSignal<Tenant | "new" | undefined>(undefined);
  const mayAdd = kind === "agency" ? has("court_admin", "platform_admin") : has("platform_admin");
  return (
    <PageFrame
      key={kind}
      title={kind === "agency" ? t("agencies") : t("courts")}
      note={<span>{kind === "agency" ? t("agencies-note") : t("courts-note")}</span>}
      actions={
        mayAdd && (
          <button
            type="button"
            class="button primary"
            onClick={() => {
              editing.value = "new";
            }}
          >
            <Icon name="plus" />
            {kind === "agency" ? t("agency-new") : t("court-new")}
          </button>
        )
      }
    >
      <section class="card">
        <Loaded resource={list}>
          {(items) =>
            items.length === 0 ? (
              <Empty title={kind === "agency" ? t("agencies-none") : t("courts-none")} />
            ) : (
              <div class="table-wrap">
                <table class="table folds">
                  <thead>
                    <tr>
                      <th>{t("name")}</th>
                      <th>{t("code")}</th>
                      <th>{kind === "agency" ? t("quota-label") : t("embed-hosts")}</th>
                      <th>{t("state")}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((one) => (
                      <tr key={one.id}>
                        <td>
                          <button
                            type="button"
                            class="link strong"
                            onClick={() => {
                              editing.value = one;
                            }}
                          >
                            {one.name}
                          </button>
                        </td>
                        <td data-label={t("code")}>{one.code}</td>
                        <td data-label={kind === "agency" ? t("quota-label") : t("embed-hosts")} class="numbers">
                          {kind === "agency" ? bytes(one.quota_bytes) : one.embed_origins.join("、") || "—"}
                        </td>
                        <td data-label={t("state")}>
                          <Badge tone={one.disabled ? "bad" : "good"}>
                            {one.disabled ? t("disabled") : t("enabled")}
                          </Badge>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Loaded>
      </section>
      {editing.value && (
        <TenantDialog
          kind={kind}
          tenant={editing.value === "new" ? undefined : editing.value}
          onClose={() => {
            editing.value = undefined;
          }}
          onDone={() => {
            editing.value = undefined;
            toast(t("saved"));
            void list.reload();
          }}
        />
      )}
    </PageFrame>
  );
}

interface DialogProps {
  kind: TenantKind;
  tenant: Tenant | undefined;
  onClose: () => void;
  onDone: () => void;
}

function TenantDialog({ kind, tenant, onClose, onDone }: DialogProps) {
  const name = useSignal(tenant?.name ?? "");
  const code = useSignal(tenant?.code ?? "");
  const quota = useSignal(String(Math.round((tenant?.quota_bytes ?? 200 * GIB) / GIB)));
  const hosts = useSignal((tenant?.embed_origins ?? []).join("\n"));
  const disabled = useSignal(tenant?.disabled ?? false);
  const sending = useSending();
  const general = sending.general("name", "code", "quota_bytes", "embed_origins");

  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const fields: Partial<Tenant> = { name: name.value.trim() };
    if (kind === "agency") fields.quota_bytes = Math.max(1, Number.parseInt(quota.value, 10) || 1) * GIB;
    if (kind === "court") fields.embed_origins = hosts.value.split(/[\s,，]+/).filter(Boolean);
    const done = await sending.run(async () => {
      if (tenant) {
        await changeTenant(tenant.id, { ...fields, disabled: disabled.value });
        return;
      }
      const { embed_origins, ...first } = fields;
      const made = await addTenant({ ...first, kind, code: code.value.trim() });
      if (embed_origins?.length) await changeTenant(made.id, { embed_origins });
    });
    if (done) onDone();
  };

  return (
    <Dialog title={tenant?.name ?? (kind === "agency" ? t("agency-new") : t("court-new"))} onClose={onClose}>
      <form onSubmit={save}>
        {general && <ProblemBox problem={general} />}
        <TextField
          label={t("name")}
          value={name.value}
          onChange={(text) => {
            name.value = text;
          }}
          error={sending.errorOf("name")}
          required
        />
        <TextField
          label={t("code")}
          hint={kind === "court" ? t("court-code-hint") : t("agency-code-hint")}
          value={code.value}
          onChange={(text) => {
            code.value = text;
          }}
          error={sending.errorOf("code")}
          disabled={tenant !== undefined}
          required
        />
        {kind === "agency" && (
          <TextField
            label={t("quota-label")}
            value={quota.value}
            onChange={(text) => {
              quota.value = text;
            }}
            suffix="GB"
            inputMode="numeric"
            error={sending.errorOf("quota_bytes")}
          />
        )}
        {kind === "court" && (
          <TextField
            label={t("embed-hosts")}
            hint={t("embed-hosts-hint")}
            value={hosts.value}
            onChange={(text) => {
              hosts.value = text;
            }}
            rows={4}
            error={sending.errorOf("embed_origins")}
          />
        )}
        {tenant && kind === "court" && <NadirMark court={tenant.id} />}
        {tenant && (
          <CheckField
            label={t("tenant-disable")}
            hint={t("tenant-disable-hint")}
            checked={disabled.value}
            onChange={(on) => {
              disabled.value = on;
            }}
          />
        )}
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={sending.busy}>
            {t("save")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
