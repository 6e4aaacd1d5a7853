import type { ReactNode } from 'react';
import { useDocumentTitle } from '../../lib/document-title.ts';
import logo from '../../stroma.svg';

/** A small card on an empty page. */
export function SignInLayout({
  title,
  intro,
  children,
}: {
  title: string;
  intro: ReactNode;
  children: ReactNode;
}) {
  useDocumentTitle(title);
  return (
    <main className="grid min-h-dvh content-start justify-items-center px-4 pt-[14vh] pb-16">
      <div className="flex items-center gap-3">
        <img src={logo} alt="" width={40} height={40} />
        <span className="text-title font-semibold">Stroma</span>
      </div>
      <div className="mt-8 w-full max-w-sm rounded-lg border border-line bg-surface p-6 sm:p-8">
        <h1 className="text-section font-semibold">{title}</h1>
        <p className="mt-1 text-ink-soft">{intro}</p>
        <div className="mt-6">{children}</div>
      </div>
    </main>
  );
}
