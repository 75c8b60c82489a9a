/** A share of something, drawn. The number stands beside it, in words. */
export function Bar({ share, tone }: { share: number; tone?: 'bad' | undefined }) {
  return (
    <svg className={tone === undefined ? 'share' : `share share-${tone}`} aria-hidden="true">
      <rect className="share-all" width="100%" height="100%" rx="1.5" />
      <rect width={`${Math.max(0.5, Math.min(1, share) * 100)}%`} height="100%" rx="1.5" />
    </svg>
  );
}
