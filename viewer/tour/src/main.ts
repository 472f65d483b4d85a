import "./style.css";
import catalogue from "virtual:messages/tour";
import { languageFrom, translator } from "@kanfang/shared/messages.ts";

const host = document.getElementById("kanfang-tour");
if (host) host.setAttribute("aria-label", translator(catalogue, languageFrom(host.dataset.lang))("tour-loading"));
