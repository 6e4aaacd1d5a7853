import { useTranslation } from 'react-i18next';
import { Facts } from '../../components/facts.tsx';
import { Select } from '../../components/field.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { chooseLanguage, type Language, languages } from '../../lib/i18n.ts';
import { chooseTheme, themes, useTheme } from '../../lib/theme.ts';

export function Appearance() {
  const { t, i18n } = useTranslation();
  const { theme } = useTheme();
  return (
    <Facts
      facts={[
        [
          t('theme'),
          <Segmented
            key="theme"
            label={t('theme')}
            value={theme}
            onChange={chooseTheme}
            options={themes.map((value) => ({ value, label: t(`theme_${value}`) }))}
          />,
        ],
        [
          t('language'),
          <Select
            key="language"
            aria-label={t('language')}
            value={i18n.language}
            onChange={({ target }) => void chooseLanguage(target.value as Language)}
          >
            {Object.entries(languages).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </Select>,
        ],
      ]}
    />
  );
}
