import i18next from 'i18next';
import { toast } from './toasts.ts';

/** Puts text on the clipboard and says so. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(i18next.t('common:copied'));
  } catch {
    toast(i18next.t('common:copy_failed'), { tone: 'critical' });
  }
}
