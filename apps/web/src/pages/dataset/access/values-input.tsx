import { useState } from 'react';
import { Input } from '../../../components/field.tsx';
import type { Column } from '../../../lib/cell.ts';
import { type RowValue, readValues, writeValues } from './rule-drafts.ts';

/** Values with commas between them; what is typed stays as it is typed. */
export function ValuesInput({
  label,
  placeholder,
  values,
  type,
  onChange,
}: {
  label: string;
  placeholder: string;
  values: readonly RowValue[];
  type: Column['type'];
  onChange: (values: RowValue[]) => void;
}) {
  const [text, setText] = useState(writeValues(values));
  const same = JSON.stringify(readValues(text, type)) === JSON.stringify(values);
  return (
    <Input
      aria-label={label}
      placeholder={placeholder}
      value={same ? text : writeValues(values)}
      onChange={({ target }) => {
        setText(target.value);
        onChange(readValues(target.value, type));
      }}
    />
  );
}
