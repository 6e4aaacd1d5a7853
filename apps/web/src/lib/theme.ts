import { useSyncExternalStore } from 'react';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'stroma.theme';
const listeners = new Set<() => void>();
const darkOutside = window.matchMedia('(prefers-color-scheme: dark)');
darkOutside.addEventListener('change', () => announce());

const announce = () => {
  for (const listener of listeners) listener();
};

function chosenTheme(): Theme {
  const stored = localStorage.getItem(key);
  return themes.find((theme) => theme === stored) ?? 'system';
}

export function applyTheme(): void {
  const theme = chosenTheme();
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(key, theme);
  applyTheme();
  announce();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What was chosen, and whether the page is dark now. */
export function useTheme(): { theme: Theme; dark: boolean } {
  const theme = useSyncExternalStore(subscribe, chosenTheme);
  const outside = useSyncExternalStore(subscribe, () => darkOutside.matches);
  return { theme, dark: theme === 'system' ? outside : theme === 'dark' };
}
