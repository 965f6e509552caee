import {useLayoutEffect, useState} from 'preact/hooks';
import {paint, type Theme} from './palette.ts';

/** The theme of the system until somebody chooses another one. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [chosen, choose] = useState<Theme>();
  const [system, setSystem] = useState<Theme>(() => (darkSystem().matches ? 'dark' : 'light'));
  const theme = chosen ?? system;
  useLayoutEffect(() => {
    const query = darkSystem();
    const hear = (): void => setSystem(query.matches ? 'dark' : 'light');
    query.addEventListener('change', hear);
    return () => query.removeEventListener('change', hear);
  }, []);
  useLayoutEffect(() => paint(document.documentElement, theme), [theme]);
  return [theme, choose];
}

function darkSystem(): MediaQueryList {
  return matchMedia('(prefers-color-scheme: dark)');
}
