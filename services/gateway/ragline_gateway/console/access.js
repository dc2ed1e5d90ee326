// The caller's credentials: API key and tenant, kept in this tab only.

const STORE = { key: "ragline.key", tenant: "ragline.tenant" };

/** The credentials of this tab: `{key, tenant}`. `?tenant=NAME` in the address sets the tenant. */
export function readAccess() {
  const named = new URLSearchParams(location.search).get("tenant");
  if (named !== null && /^[A-Za-z0-9_-]{1,64}$/.test(named))
    sessionStorage.setItem(STORE.tenant, named);
  return {
    key: sessionStorage.getItem(STORE.key) ?? "",
    tenant: sessionStorage.getItem(STORE.tenant) ?? "",
  };
}

function writeAccess({ key, tenant }) {
  sessionStorage.setItem(STORE.key, key);
  sessionStorage.setItem(STORE.tenant, tenant);
  const address = new URL(location.href);
  // the address shows only the tenant, and always the one in use
  if (tenant) address.searchParams.set("tenant", tenant);
  else address.searchParams.delete("tenant");
  history.replaceState(null, "", address);
}

/** The dialog: `ask(problem)` opens it and shows the problem; `saved()` is called after a change.
*/
export function createAccessDialog(saved) {
  const [dialog, form, key, tenant, why] = [
    "access",
    "access-form",
    "key",
    "tenant",
    "access-problem",
  ].map((id) => document.getElementById(id));
  key.pattern = "[\\x21-\\x7e]*"; // the characters that a header may contain

  function ask(problem = null) {
    ({ key: key.value, tenant: tenant.value } = readAccess());
    why.hidden = problem === null;
    why.textContent = problem?.message ?? "";
    if (!dialog.open) dialog.showModal();
  }
  // Enter must save, although the first button cancels
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[value=save]"));
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value !== "save") return;
    writeAccess({ key: key.value.trim(), tenant: tenant.value.trim() });
    saved();
  });
  document.getElementById("open-access").addEventListener("click", () => ask());
  return { ask };
}
