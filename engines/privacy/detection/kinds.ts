/**
 * What can point to a person. `safeHarbor` is the letter of the identifier in 45 CFR 164.514(b)(2)(i); null for what
 * that list does not name but which narrows down who somebody is. `role`: `direct` identifies by itself, `quasi`
 * together with others.
 */
export const identifierKinds = {
  name: { safeHarbor: 'A', role: 'direct' },
  street_address: { safeHarbor: 'B', role: 'direct' },
  city: { safeHarbor: 'B', role: 'quasi' },
  county: { safeHarbor: 'B', role: 'quasi' },
  postal_code: { safeHarbor: 'B', role: 'quasi' },
  coordinates: { safeHarbor: 'B', role: 'direct' },
  facility: { safeHarbor: 'B', role: 'quasi' },
  birth_date: { safeHarbor: 'C', role: 'quasi' },
  date: { safeHarbor: 'C', role: 'quasi' },
  age: { safeHarbor: 'C', role: 'quasi' },
  phone: { safeHarbor: 'D', role: 'direct' },
  fax: { safeHarbor: 'E', role: 'direct' },
  email: { safeHarbor: 'F', role: 'direct' },
  social_security: { safeHarbor: 'G', role: 'direct' },
  medical_record: { safeHarbor: 'H', role: 'direct' },
  health_plan: { safeHarbor: 'I', role: 'direct' },
  account: { safeHarbor: 'J', role: 'direct' },
  certificate: { safeHarbor: 'K', role: 'direct' },
  vehicle: { safeHarbor: 'L', role: 'direct' },
  device: { safeHarbor: 'M', role: 'direct' },
  url: { safeHarbor: 'N', role: 'direct' },
  ip_address: { safeHarbor: 'O', role: 'direct' },
  biometric: { safeHarbor: 'P', role: 'direct' },
  photo: { safeHarbor: 'Q', role: 'direct' },
  national_id: { safeHarbor: 'R', role: 'direct' },
  unique_code: { safeHarbor: 'R', role: 'direct' },
  demographic: { safeHarbor: null, role: 'quasi' },
} as const satisfies Record<string, { safeHarbor: string | null; role: 'direct' | 'quasi' }>;

export type IdentifierKind = keyof typeof identifierKinds;
