/** Code within a line; a formula comes by the same way. */
import type { ComponentProps } from 'react';
import type { ExtraProps } from 'react-markdown';
import { Formula } from './Formula.tsx';

export function CodeSpan({ className, children }: ComponentProps<'code'> & ExtraProps) {
  if (className === 'formula' && typeof children === 'string') return <Formula source={children} />;
  return <code className={className}>{children}</code>;
}
