/** Setting up and ending the second factor: a code from an app on the phone. */
import { useSignal } from "@preact/signals";
import { confirmTotp, endTotp, offerTotp, type TotpOffer } from "../api/identity.ts";
import { opened } from "../session.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { Badge } from "../ui/page.tsx";
import { ProblemBox } from "../ui/states.tsx";
import { toast, toastProblem } from "../ui/toasts.tsx";

export function SecondFactor() {
  const offer = useSignal<TotpOffer | undefined>(undefined);
  const codes = useSignal<string[] | undefined>(undefined);
  const on = opened.value?.totp ?? false;

  const asking = useSignal<"begin" | "end" | undefined>(undefined);
  const proven = async (password: string): Promise<void> => {
    if (asking.value === "begin") {
      offer.value = await offerTotp(password);
    } else {
      await endTotp(password);
      mark(false);
      toast(t("totp-ended"));
    }
    asking.value = undefined;
  };

  return (
    <section class="card">
      <header class="card-head">
        <h2>{t("second-factor")}</h2>
        <Badge tone={on ? "good" : "warn"}>{on ? t("totp-on") : t("totp-off")}</Badge>
      </header>
      <div class="card-body">
        <p class="prose">{t("totp-why")}</p>
        <div class="row">
          <button
            type="button"
            class="button"
            onClick={() => {
              asking.value = "begin";
            }}
          >
            {on ? t("totp-renew") : t("totp-begin")}
          </button>
          {on && (
            <button
              type="button"
              class="button quiet-danger"
              onClick={() => {
                asking.value = "end";
              }}
            >
              {t("totp-end")}
            </button>
          )}
        </div>
      </div>
      {asking.value && (
        <Prove
          ends={asking.value === "end"}
          onClose={() => {
            asking.value = undefined;
          }}
          proven={proven}
        />
      )}
      {offer.value && (
        <Enrol
          offer={offer.value}
          onClose={() => {
            offer.value = undefined;
          }}
          onDone={(list) => {
            offer.value = undefined;
            codes.value = list;
            mark(true);
          }}
        />
      )}
      {codes.value && (
        <RecoveryCodes
          codes={codes.value}
          onClose={() => {
            codes.value = undefined;
          }}
        />
      )}
    </section>
  );
}

function mark(totp: boolean): void {
  if (opened.value) opened.value = { ...opened.value, totp };
}

interface ProveProps {
  ends: boolean;
  onClose: () => void;
  proven: (password: string) => Promise<void>;
}

/** Asks for the password again: an unattended screen must not change how one signs in. */
function Prove({ ends, onClose, proven }: ProveProps) {
  const password = useSignal("");
  const sending = useSending();
  const title = ends ? t("totp-end") : t("totp-begin");
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          await sending.run(() => proven(password.value));
        }}
      >
        {ends && <p class="notice warn">{t("totp-end-text")}</p>}
        {sending.problem && <ProblemBox problem={sending.problem} />}
        <TextField
          label={t("password-current")}
          type="password"
          autocomplete="current-password"
          value={password.value}
          onChange={(text) => {
            password.value = text;
          }}
          required
          autofocus
        />
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="submit" class={ends ? "button danger" : "button primary"} disabled={sending.busy}>
            {ends ? t("totp-end") : t("confirm")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface EnrolProps {
  offer: TotpOffer;
  onClose: () => void;
  onDone: (codes: string[]) => void;
}

function Enrol({ offer, onClose, onDone }: EnrolProps) {
  const code = useSignal("");
  const sending = useSending();
  const picture = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(offer.qr_svg)}`;
  return (
    <Dialog title={t("totp-begin")} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          await sending.run(async () => onDone((await confirmTotp(code.value.replace(/\s/g, ""))).recovery_codes));
        }}
      >
        <p class="prose">{t("totp-scan")}</p>
        <img class="qr" src={picture} alt={t("totp-qr-alt")} width={200} height={200} />
        <p class="faint">
          {t("totp-by-hand")} <code class="secret">{offer.secret.replace(/(.{4})/g, "$1 ").trim()}</code>
        </p>
        {sending.problem && <ProblemBox problem={sending.problem} />}
        <TextField
          label={t("totp-code")}
          value={code.value}
          onChange={(text) => {
            code.value = text;
          }}
          inputMode="numeric"
          autocomplete="one-time-code"
          required
        />
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={sending.busy}>
            {t("confirm")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(codes.join("\n"));
    toast(t("copied"));
  };
  return (
    <Dialog title={t("recovery-codes")} onClose={onClose}>
      <p class="notice warn">{t("recovery-codes-text")}</p>
      <ol class="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <footer class="dialog-foot">
        <button type="button" class="button" onClick={() => copy().catch(toastProblem)}>
          {t("copy")}
        </button>
        <button type="button" class="button primary" onClick={onClose}>
          {t("recovery-codes-kept")}
        </button>
      </footer>
    </Dialog>
  );
}
