import type { Connection, CreateConnection } from '@stroma/contracts';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Field, Input, inputClass } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { CopyLine } from './copy-line.tsx';
import { RoleMappingField } from './role-mapping-field.tsx';

type Kind = Connection['kind'];
type Text = keyof typeof emptyTexts;

const emptyTexts = {
  name: '',
  domains: '',
  issuer: '',
  client_id: '',
  client_secret: '',
  scopes: 'openid email profile',
  groups_claim: 'groups',
  entity_id: '',
  sign_in_url: '',
  certificates: '',
  email_attribute: '',
  name_attribute: 'displayName',
  groups_attribute: 'groups',
};

const textsOf = (present: Connection | null): typeof emptyTexts =>
  present === null
    ? emptyTexts
    : {
        ...emptyTexts,
        ...present.oidc,
        ...present.saml,
        name: present.name,
        domains: present.domains.join(' '),
        scopes: present.oidc?.scopes.join(' ') ?? '',
        certificates: present.saml?.certificates.join('\n') ?? '',
      };

const flagsOf = (present: Connection | null) => ({
  enabled: present?.enabled ?? true,
  creates_users: present?.creates_users ?? true,
  trusts_second_factor: present?.trusts_second_factor ?? false,
  shown_to_all: present?.shown_to_all ?? true,
  emails_are_verified: present?.oidc?.emails_are_verified ?? false,
});

/** Everything a connection is: where the provider is, whose addresses it serves, which group gives which role. */
export function ConnectionForm({
  kind,
  present,
  busy,
  error,
  onSubmit,
}: {
  kind: Kind;
  present: Connection | null;
  busy: boolean;
  error: unknown;
  onSubmit: (settings: CreateConnection) => void;
}) {
  const { t } = useTranslation('singleSignOn');
  const [texts, setTexts] = useState(() => textsOf(present));
  const [flags, setFlags] = useState(() => flagsOf(present));
  const [mapping, setMapping] = useState(present?.role_mapping ?? []);
  const [defaultRole, setDefaultRole] = useState(present === null ? 'viewer' : present.default_role);

  const text = (name: Text, options: { hint?: ReactNode; type?: string; optional?: boolean } = {}) => (
    <Field label={t(name)} hint={options.hint}>
      {(field) => (
        <Input
          {...field}
          type={options.type ?? 'text'}
          autoComplete="off"
          required={options.optional !== true}
          value={texts[name]}
          onChange={({ target }) => setTexts({ ...texts, [name]: target.value })}
        />
      )}
    </Field>
  );
  const flag = (name: keyof typeof flags) => (
    <label className="flex min-h-7 items-center gap-2">
      <input
        type="checkbox"
        className="size-4 accent-(--accent-fill)"
        checked={flags[name]}
        onChange={({ target }) => setFlags({ ...flags, [name]: target.checked })}
      />
      {t(name)}
    </label>
  );
  const submit = () => {
    const { emails_are_verified, ...shared } = flags;
    const common = {
      ...shared,
      name: texts.name,
      domains: wordsIn(texts.domains),
      role_mapping: mapping,
      default_role: defaultRole,
    };
    const { issuer, client_id, groups_claim, client_secret } = texts;
    const { entity_id, sign_in_url, email_attribute, name_attribute, groups_attribute } = texts;
    if (kind === 'oidc')
      onSubmit({
        kind,
        ...common,
        client_secret: client_secret === '' ? null : client_secret,
        oidc: {
          issuer,
          client_id,
          groups_claim,
          emails_are_verified,
          scopes: wordsIn(texts.scopes),
        },
      });
    else
      onSubmit({
        kind,
        ...common,
        saml: {
          entity_id,
          sign_in_url,
          email_attribute,
          name_attribute,
          groups_attribute,
          certificates: certificatesIn(texts.certificates),
        },
      });
  };

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {text('name', { hint: t('name_hint') })}
      {text('domains', { hint: t('domains_hint') })}
      {kind === 'oidc' ? (
        <>
          {text('issuer', { hint: t('issuer_hint'), type: 'url' })}
          <div className="grid items-start gap-4 sm:grid-cols-2">
            {text('client_id')}
            {text('client_secret', {
              hint: t(present?.client_secret_set ? 'client_secret_kept' : 'client_secret_hint'),
              type: 'password',
              optional: true,
            })}
          </div>
          <div className="grid items-start gap-4 sm:grid-cols-2">
            {text('scopes', { hint: t('scopes_hint') })}
            {text('groups_claim')}
          </div>
        </>
      ) : (
        <>
          {text('entity_id')}
          {text('sign_in_url', { type: 'url' })}
          <Field label={t('certificates')} hint={t('certificates_hint')}>
            {(field) => (
              <textarea
                {...field}
                rows={4}
                required
                className={`${inputClass} h-auto py-1 font-mono text-small`}
                value={texts.certificates}
                onChange={({ target }) => setTexts({ ...texts, certificates: target.value })}
              />
            )}
          </Field>
          {text('email_attribute', { hint: t('email_attribute_hint'), optional: true })}
          <div className="grid items-start gap-4 sm:grid-cols-2">
            {text('name_attribute', { optional: true })}
            {text('groups_attribute', { optional: true })}
          </div>
        </>
      )}
      <RoleMappingField
        mapping={mapping}
        onMapping={setMapping}
        defaultRole={defaultRole}
        onDefaultRole={setDefaultRole}
        mayRefuse
      />
      <div className="grid gap-1">
        {flag('enabled')}
        {flag('shown_to_all')}
        {flag('creates_users')}
        {flag('trusts_second_factor')}
        {kind === 'oidc' && flag('emails_are_verified')}
      </div>
      {present !== null && (
        <div className="grid gap-2">
          <CopyLine label={t('redirect_uri')} text={present.redirect_uri} />
          {present.sp_entity_id !== null && (
            <CopyLine label={t('sp_entity_id')} text={present.sp_entity_id} />
          )}
        </div>
      )}
      {error ? <ErrorNotice error={error} /> : null}
      <div className="flex justify-end">
        <Button type="submit" look="primary" disabled={busy}>
          {t('save')}
        </Button>
      </div>
    </form>
  );
}

const wordsIn = (text: string): string[] => text.split(/[\s,]+/).filter((each) => each !== '');

/** Each PEM block; text without marks is the Base64 of one. */
function certificatesIn(text: string): string[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  return blocks ?? [text.trim()];
}
