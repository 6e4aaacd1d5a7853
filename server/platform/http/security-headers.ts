const policy = (style: string) =>
  [
    "default-src 'self'",
    "script-src 'self'",
    `style-src 'self'${style}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

/** For pages. Charts and editors set style attributes of elements they make; scripts stay strict. */
const pageHeaders: Record<string, string> = {
  'content-security-policy': policy(" 'unsafe-inline'"),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-dns-prefetch-control': 'off',
};

/** For data, which no browser may take for a page, nor keep for whoever sits there next. */
const dataHeaders: Record<string, string> = {
  'cache-control': 'private, no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** Fixed once: they are the same for every answer of their sort. */
export function securityHeaders(https: boolean): {
  page: Record<string, string>;
  data: Record<string, string>;
} {
  const transport: Record<string, string> = https ? { 'strict-transport-security': 'max-age=31536000' } : {};
  return { page: { ...pageHeaders, ...transport }, data: { ...dataHeaders, ...transport } };
}
