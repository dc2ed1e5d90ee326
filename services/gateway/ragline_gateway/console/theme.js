// Light or dark: follows the system until the user chooses. A classic script, in the head.
(() => {
  "use strict";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  const kept = (work) => {
    try {
      return work(localStorage);
    } catch {
      return null; // storage may be forbidden; the choice then lasts as long as the page
    }
  };
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

  const chosen = kept((storage) => storage.getItem("ragline.theme"));
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const show = () => button.setAttribute("aria-pressed", String(isDark()));
    button.addEventListener("click", () => {
      const theme = isDark() ? "light" : "dark";
      root.dataset.theme = theme;
      kept((storage) => storage.setItem("ragline.theme", theme));
      show();
    });
    system.addEventListener("change", show);
    show();
  });
})();
