declare module 'samlp' {
  /** An identity provider, written for Express. */
  const samlp: {
    auth(
      options: Record<string, unknown>,
    ): (
      request: { method: string; query: Record<string, string>; headers: object },
      response: { set(name: string, value: string): void; send(body: unknown): void },
      next: (error: unknown) => void,
    ) => void;
  };
  export default samlp;
}
