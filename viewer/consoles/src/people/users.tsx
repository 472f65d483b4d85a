/** Accounts of the court and its agencies: made, given roles, closed. */
import { useSignal } from "@preact/signals";
import {
  addUser,
  changeUser,
  ROLES,
  type Role,
  signOutUser,
  type Tenant,
  tenants,
  type User,
  users,
} from "../api/identity.ts";
import { place, setQuery } from "../router.ts";
import { has, principal } from "../session.ts";
import { roleName } from "../shell.tsx";
import { t } from "../texts.ts";
import { confirmed, Dialog } from "../ui/dialog.tsx";
import { CheckField, SelectField, TextField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { Icon } from "../ui/icons.tsx";
import { Badge, More, PageFrame } from "../ui/page.tsx";
import { usePages, useResource } from "../ui/resource.ts";
import { Empty, Loaded, ProblemBox } from "../ui/states.tsx";
import { toast, toastProblem } from "../ui/toasts.tsx";

/** The roles that make sense in a court or in an agency. */
export function rolesFor(kind: Tenant["kind"] | null, platform: boolean): Role[] {
  if (kind === "agency") return ["agency_member"];
  if (kind === null) return ["platform_admin"];
  return ROLES.filter((role) => role !== "agency_member" && (platform || role !== "platform_admin"));
}

export function Users() {
  const bodies = useResource("tenants", () => tenants());
  const tenant = place.value.query.get("tenant") ?? principal.value?.tenant?.id ?? null;
  const list = usePages(`users/${tenant}`, (cursor) => users(tenant, cursor));
  const editing = useSignal<User | "new" | undefined>(undefined);
  const done = (text: string): void => {
    editing.value = undefined;
    toast(text);
    void list.reload();
  };
  return (
    <PageFrame
      title={t("users")}
      actions={
        <button
          type="button"
          class="button primary"
          onClick={() => {
            editing.value = "new";
          }}
        >
          <Icon name="plus" />
          {t("user-new")}
        </button>
      }
    >
      <div class="toolbar">
        <select
          aria-label={t("tenant")}
          value={tenant ?? ""}
          onChange={(event) => setQuery({ tenant: event.currentTarget.value })}
        >
          {(bodies.data.value?.items ?? []).map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </div>
      <section class="card">
        <Loaded resource={list}>
          {(items) =>
            items.length === 0 ? (
              <Empty title={t("users-none")} />
            ) : (
              <div class="table-wrap">
                <table class="table folds">
                  <thead>
                    <tr>
                      <th>{t("display-name")}</th>
                      <th>{t("login")}</th>
                      <th>{t("second-factor")}</th>
                      <th>{t("roles")}</th>
                      <th>{t("state")}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((user) => (
                      <tr key={user.id}>
                        <td>
                          <button
                            type="button"
                            class="link strong"
                            onClick={() => {
                              editing.value = user;
                            }}
                          >
                            {user.display_name}
                          </button>
                        </td>
                        <td data-label={t("login")}>{user.login}</td>
                        <td data-label={t("second-factor")}>{user.second_factor ? t("totp-on") : t("totp-off")}</td>
                        <td data-label={t("roles")}>{user.roles.map(roleName).join("、")}</td>
                        <td data-label={t("state")}>
                          <Badge tone={user.disabled ? "bad" : "good"}>
                            {user.disabled ? t("disabled") : t("enabled")}
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
        <More more={list.more.value} loading={list.loading.value} load={() => void list.loadMore()} />
      </section>
      {editing.value && (
        <UserDialog
          user={editing.value === "new" ? undefined : editing.value}
          bodies={bodies.data.value?.items ?? []}
          within={tenant}
          onClose={() => {
            editing.value = undefined;
          }}
          onDone={done}
        />
      )}
    </PageFrame>
  );
}

interface DialogProps {
  user: User | undefined;
  bodies: Tenant[];
  /** The body that is being looked at. */
  within: string | null;
  onClose: () => void;
  onDone: (text: string) => void;
}

function UserDialog({ user, bodies, within, onClose, onDone }: DialogProps) {
  const login = useSignal(user?.login ?? "");
  const name = useSignal(user?.display_name ?? "");
  const password = useSignal("");
  const tenant = useSignal(user?.tenant_id ?? within ?? "");
  const roles = useSignal<Role[]>(user?.roles ?? []);
  const sending = useSending();
  const kind = bodies.find((one) => one.id === tenant.value)?.kind ?? null;
  const offered = rolesFor(kind, has("platform_admin"));
  const chosen = roles.value.filter((role) => offered.includes(role));
  const general = sending.general("login", "display_name", "password", "roles", "tenant");

  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const fields: Record<string, unknown> = { display_name: name.value.trim(), roles: chosen };
    if (password.value) fields.password = password.value;
    const done = await sending.run(async () => {
      if (user) await changeUser(user.id, fields);
      else
        await addUser({ ...fields, login: login.value.trim(), tenant: tenant.value || null, password: password.value });
    });
    if (done) onDone(user ? t("saved") : t("user-made", { name: name.value }));
  };
  const close = async (): Promise<void> => {
    if (!user) return;
    const action = user.disabled ? t("user-enable") : t("user-disable");
    const text = user.disabled ? t("user-enable-text") : t("user-disable-text");
    if ((await confirmed({ title: action, text, action, danger: !user.disabled })) === null) return;
    if (await sending.run(async () => void (await changeUser(user.id, { disabled: !user.disabled }))))
      onDone(t("saved"));
  };
  const signOut = async (): Promise<void> => {
    if (!user) return;
    try {
      await signOutUser(user.id);
      toast(t("user-signed-out", { name: user.display_name }));
    } catch (error) {
      toastProblem(error);
    }
  };

  return (
    <Dialog title={user ? user.display_name : t("user-new")} onClose={onClose}>
      <form onSubmit={save}>
        {general && <ProblemBox problem={general} />}
        {!user && (
          <SelectField
            label={t("tenant")}
            value={tenant.value}
            none={t("choose")}
            options={bodies.filter((one) => !one.disabled).map((one) => ({ value: one.id, label: one.name }))}
            error={sending.errorOf("tenant")}
            onChange={(id) => {
              tenant.value = id;
              const next = rolesFor(bodies.find((one) => one.id === id)?.kind ?? null, has("platform_admin"));
              roles.value = next.length === 1 ? next : [];
            }}
          />
        )}
        <TextField
          label={t("login")}
          value={login.value}
          onChange={(text) => {
            login.value = text;
          }}
          error={sending.errorOf("login")}
          disabled={user !== undefined}
          required
        />
        <TextField
          label={t("display-name")}
          value={name.value}
          onChange={(text) => {
            name.value = text;
          }}
          error={sending.errorOf("display_name")}
          required
        />
        <TextField
          label={user ? t("password-reset") : t("password-first")}
          hint={user ? t("password-reset-hint") : t("password-hint")}
          type="password"
          autocomplete="new-password"
          value={password.value}
          onChange={(text) => {
            password.value = text;
          }}
          error={sending.errorOf("password")}
          required={!user}
        />
        <fieldset class="field">
          <legend class="label">{t("roles")}</legend>
          <div class="role-grid">
            {offered.map((role) => (
              <CheckField
                key={role}
                label={roleName(role)}
                checked={chosen.includes(role)}
                onChange={(on) => {
                  roles.value = on ? [...chosen, role] : chosen.filter((other) => other !== role);
                }}
              />
            ))}
          </div>
          {sending.errorOf("roles") && <p class="field-error">{sending.errorOf("roles")}</p>}
        </fieldset>
        <footer class="dialog-foot">
          {user && (
            <span class="grow row">
              <button type="button" class="button quiet-danger" onClick={close}>
                {user.disabled ? t("user-enable") : t("user-disable")}
              </button>
              <button type="button" class="button" onClick={signOut}>
                {t("sign-out-everywhere")}
              </button>
            </span>
          )}
          <button type="submit" class="button primary" disabled={sending.busy || chosen.length === 0}>
            {t("save")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
