// tabs.tsx - tabs as the ARIA practices have them: arrows move, one stop for Tab. SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from 'preact';
import { useUniqueId } from './unique';

interface TabsProps {
  label: string;
  tabs: string[];
  value: string;
  onValue: (tab: string) => void;
  badges?: Record<string, number>;
  aside?: ComponentChildren;
  children: ComponentChildren;
}

export function Tabs({ label, tabs, value, onValue, badges = {}, aside, children }: TabsProps) {
  const id = useUniqueId();
  const key = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(value) + step + tabs.length) % tabs.length];
    onValue(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <>
      <div class="tabbar">
        <div role="tablist" aria-label={label} onKeyDown={key}>
          {tabs.map((it) => (
            <button
              type="button"
              role="tab"
              id={`${id}-${it}`}
              aria-selected={it === value}
              aria-controls={`${id}-panel`}
              tabIndex={it === value ? 0 : -1}
              onClick={() => onValue(it)}
            >
              {it}
              {badges[it] > 0 && <b class="count">{badges[it]}</b>}
            </button>
          ))}
        </div>
        {aside}
      </div>
      <div class="tabpanel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`}>
        {children}
      </div>
    </>
  );
}
