/** The name over a page of ours, with its mark or the owner's logo. */
import { useLook } from './look.ts';

export function Brand({ as: Tag, name }: { as: 'h1' | 'p'; name: string }) {
  const look = useLook();
  return (
    <Tag className={look.logo === null ? 'brand' : 'brand brand-logo'}>
      {look.logo !== null && <img src={look.logo} alt="" />}
      <span>{look.name ?? name}</span>
    </Tag>
  );
}
