import { Copy } from 'lucide-react';
import { Button } from '../../../components/button.tsx';
import { Notice } from '../../../components/notice.tsx';
import { copyText } from '../../../lib/copy.ts';

/** A secret that is shown this once, to be copied and kept. */
export function SecretOnce({
  secret,
  text,
  copy,
  done,
  onDone,
}: {
  secret: string;
  text: string;
  copy: string;
  done: string;
  onDone: () => void;
}) {
  return (
    <div className="grid gap-4">
      <Notice tone="warning">{text}</Notice>
      <code className="block rounded-md border border-line bg-sunken p-3 font-mono text-small wrap-anywhere select-all">
        {secret}
      </code>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={() => void copyText(secret)}>
          <Copy size={14} aria-hidden />
          {copy}
        </Button>
        <Button look="primary" onClick={onDone}>
          {done}
        </Button>
      </div>
    </div>
  );
}
