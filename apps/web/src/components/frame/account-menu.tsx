import { useNavigate } from '@tanstack/react-router';
import { LogOut, Settings, Siren, UserRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, type Language, languages } from '../../lib/i18n.ts';
import { useSession, useSignOut } from '../../lib/session.ts';
import { chooseTheme, themes, useTheme } from '../../lib/theme.ts';
import { Menu, MenuChoice, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from '../menu.tsx';

export function AccountMenu() {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { theme } = useTheme();
  if (session === null) return null;
  const mayBreakGlass = session.permissions.some((each) => each.startsWith('break-glass:'));
  const name = session.user.name || session.user.email;
  return (
    <Menu>
      <MenuTrigger asChild>
        <button
          type="button"
          aria-label={t('account', { name })}
          className="grid size-8 shrink-0 place-items-center rounded-full bg-accent-soft font-medium text-accent uppercase hover:brightness-95"
        >
          {name.slice(0, 1)}
        </button>
      </MenuTrigger>
      <MenuContent>
        <MenuLabel>{session.user.email}</MenuLabel>
        <MenuItem icon={UserRound} onSelect={() => void navigate({ to: '/account' })}>
          {t('area_account')}
        </MenuItem>
        <MenuItem icon={Settings} onSelect={() => void navigate({ to: '/settings' })}>
          {t('area_settings')}
        </MenuItem>
        {mayBreakGlass && (
          <MenuItem icon={Siren} onSelect={() => void navigate({ to: '/emergency' })}>
            {t('emergency_access')}
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuChoice
          label={t('theme')}
          value={theme}
          options={themes.map((value) => ({ value, label: t(`theme_${value}`) }))}
          onChoose={chooseTheme}
        />
        <MenuSeparator />
        <MenuChoice
          label={t('language')}
          value={i18n.language as Language}
          options={Object.entries(languages).map(([value, label]) => ({ value: value as Language, label }))}
          onChoose={(language) => void chooseLanguage(language)}
        />
        <MenuSeparator />
        <MenuItem icon={LogOut} onSelect={() => void signOut().then(() => navigate({ to: '/sign-in' }))}>
          {t('action_sign_out')}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
