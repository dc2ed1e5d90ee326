// Polls repeatedly, but only while the page is visible.

/**
 * Runs `work` now, then `every` ms after it ended, while the tab is visible.
 * `again()` runs `work` at once. `work` must not reject.
 */
export function whileVisible(work, every) {
  let timer = null;
  let running = false;
  async function look() {
    clearTimeout(timer);
    if (running || document.hidden) return;
    running = true;
    await work();
    running = false;
    timer = setTimeout(look, every);
  }
  document.addEventListener("visibilitychange", look);
  look();
  return { again: look };
}
