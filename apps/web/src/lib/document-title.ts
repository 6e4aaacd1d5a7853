import { useEffect } from 'react';

/** "Penguins · Stroma" in the browser's tab. */
export function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = title === 'Stroma' ? title : `${title} · Stroma`;
  }, [title]);
}
