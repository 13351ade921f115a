// text-lines.tsx - a list typed as lines. What is typed stays (an unfinished line, an empty one) while it means what the
// description holds; a change from elsewhere replaces it. SPDX-License-Identifier: Apache-2.0
import { useState } from 'preact/hooks';
import { type Labelled, TextField } from './fields';

interface Lines extends Labelled {
  written: string;
  meaning: (text: string) => string;
  onText: (text: string) => void;
}

export function TextLines({ written, meaning, onText, ...frame }: Lines) {
  const [typed, setTyped] = useState(written);
  const text = meaning(typed) === written ? typed : written;
  const take = (it: string) => {
    setTyped(it);
    onText(it);
  };
  return <TextField {...frame} rows={3} code value={text} onValue={take} />;
}
