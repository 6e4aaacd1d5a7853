import { useTranslation } from 'react-i18next';
import { Page, panelClass, Section } from '../../components/page.tsx';
import { PasswordForm } from '../../components/password-form.tsx';
import { ProofProvider } from '../../components/proof.tsx';
import { toast } from '../../lib/toasts.ts';
import { OwnKeys } from '../admin/api-keys/own-keys.tsx';
import { Passkeys } from './passkeys.tsx';
import { Profile } from './profile.tsx';
import { SecondFactors } from './second-factors.tsx';
import { Sessions } from './sessions.tsx';

/** Everything about oneself: name, password, second factors, passkeys, sessions. */
export function AccountPage() {
  const { t } = useTranslation('account');
  return (
    <Page title={t('title')} intro={t('intro')}>
      <ProofProvider>
        <div className="grid gap-10">
          <div className="grid gap-x-4 gap-y-10 md:grid-cols-2">
            <Profile />
            <Section title={t('password')}>
              <div className={`${panelClass} p-4`}>
                <p className="mb-4 text-ink-soft">{t('password_intro')}</p>
                <PasswordForm oneTime={false} onChanged={() => toast(t('password_changed'))} />
              </div>
            </Section>
          </div>
          <SecondFactors />
          <Passkeys />
          <Sessions />
          <OwnKeys />
        </div>
      </ProofProvider>
    </Page>
  );
}
