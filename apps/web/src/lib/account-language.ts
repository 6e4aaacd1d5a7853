import type { Session } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from './client.ts';
import { languages } from './i18n.ts';
import { queryKeys } from './query-keys.ts';

/** Mail is written in the language the person reads the app in: told to the server whenever it is another one. */
export function useAccountLanguage(session: Session | null): void {
  const { i18n } = useTranslation();
  const queryClient = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: (language: keyof typeof languages) => client.identity.updateProfile({ body: { language } }),
    onSuccess: (next) => queryClient.setQueryData(queryKeys.session, next),
  });
  const known = session?.user.language;
  useEffect(() => {
    const spoken = i18n.language;
    if (known !== undefined && spoken !== known && spoken in languages)
      mutate(spoken as keyof typeof languages);
  }, [known, i18n.language, mutate]);
}
