import { useTranslation } from 'react-i18next';
import { Page, panelClass, Section } from '../../components/page.tsx';
import { PasswordForm } from '../../components/password-form.tsx';
import { usePermission } from '../../lib/session.ts';
import { toast } from '../../lib/toasts.ts';
import { Account } from './account.tsx';
import { Appearance } from './appearance.tsx';
import { System } from './system.tsx';

export function SettingsPage() {
  const { t } = useTranslation('settings');
  const maySeeSystem = usePermission('settings:read');
  return (
    <Page title={t('title')} intro={t('intro')}>
      <div className="grid gap-10">
        <div className="grid gap-x-4 gap-y-10 md:grid-cols-2">
          <div className="grid content-start gap-10">
            <Section title={t('account')}>
              <Account />
            </Section>
            <Section title={t('appearance')}>
              <Appearance />
            </Section>
          </div>
          <Section title={t('password')}>
            <div className={`${panelClass} p-4 sm:p-6`}>
              <p className="mb-4 text-ink-soft">{t('password_intro')}</p>
              <PasswordForm oneTime={false} onChanged={() => toast(t('password_changed'))} />
            </div>
          </Section>
        </div>
        {maySeeSystem ? (
          <System />
        ) : (
          <Section title={t('system')}>
            <p className="text-ink-soft">{t('system_no_permission')}</p>
          </Section>
        )}
      </div>
    </Page>
  );
}
