/** Entry of the consoles. */
import "./styles/index.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { startRouter } from "./router.ts";
import { start } from "./session.ts";
import { chooseLanguage, language } from "./texts.ts";

chooseLanguage(language.value);
startRouter();
const host = document.getElementById("console");
if (host) {
  host.replaceChildren();
  render(<App />, host);
}
void start();
