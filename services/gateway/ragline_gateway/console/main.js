// Connects the parts of the console.

import { createAccessDialog, readAccess } from "./access.js";
import { createApi } from "./api.js";
import { createDocuments } from "./documents.js";
import { createPipeline } from "./pipeline.js";
import { createSourcePanel } from "./source.js";
import { startConversation } from "./ask.js";

const announcer = document.getElementById("announcer");
const who = document.getElementById("who");
const box = document.getElementById("question");

let scopes = [];
const api = createApi(readAccess);
const announce = (words) => {
  announcer.textContent = words;
};
const openSource = createSourcePanel(api);
const documents = createDocuments(api, { openSource, announce });
const pipeline = createPipeline(api, { mayOperate: () => scopes.includes("operate") });
const access = createAccessDialog(() => {
  documents.forget();
  introduce();
});

startConversation({
  api,
  openSource,
  announce,
  showQuestion: pipeline.show,
  changed: pipeline.changed,
  denied: access.ask,
});

async function introduce() {
  try {
    const me = await api.me();
    scopes = me.scopes;
    who.textContent = me.anonymous ? `Tenant ${me.tenant}` : `${me.subject} · tenant ${me.tenant}`;
  } catch (problem) {
    scopes = [];
    who.textContent = "";
    if (problem.status === 401) access.ask(problem);
  }
  documents.allow(scopes.includes("write"));
  documents.again();
  pipeline.again();
}

const prefilled = new URLSearchParams(location.search).get("q");
if (prefilled) box.value = prefilled;
box.focus();
introduce();
