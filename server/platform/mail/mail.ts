/** One e-mail. `text` is always there; `html` says the same with links to click. */
export interface Message {
  to: string;
  subject: string;
  text: string;
  html?: string;
  attachments?: { fileName: string; contentType: string; content: Uint8Array }[];
  /** Whose administrators see it where no mail server is set. */
  tenantId?: string;
}

export interface Mail {
  /** `outbox`: nothing leaves this machine; administrators find the mail in the data folder and on a page. */
  readonly kind: 'smtp' | 'outbox';
  /** Resolves when the mail server has taken it. Throws MAIL_UNAVAILABLE after three tries. */
  send(message: Message): Promise<void>;
  /** What waits in the outbox for one tenant, the newest first; empty where a mail server is set. */
  outbox(tenantId: string, limit: number, before: string | null): Promise<OutboxMessage[]>;
  /** Takes a message out of the outbox; nothing where there is none. */
  remove(tenantId: string, id: string): Promise<void>;
  close(): Promise<void>;
}

export interface OutboxMessage {
  id: string;
  to: string;
  subject: string;
  text: string;
  writtenAt: Date;
}
