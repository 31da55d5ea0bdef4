// Before the first picture: the colours that were chosen here last. No module, so that it runs before anything is drawn.
try {
  const chosen = localStorage.getItem('biorelay.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // A browser that keeps nothing: as the system has it.
}
