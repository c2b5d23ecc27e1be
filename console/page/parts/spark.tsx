/** A sparkline of counts, oldest first. */
export function Spark({ counts, label }: { counts: readonly number[]; label: string }) {
  const most = Math.max(1, ...counts);
  const step = 100 / Math.max(1, counts.length);
  const bars = counts.map((count, index) => {
    const height = count === 0 ? 0 : Math.max(1.5, (count / most) * 16);
    return `M${(index * step).toFixed(1)} 16v-${height.toFixed(1)}h${(step * 0.75).toFixed(1)}V16z`;
  });
  return (
    <svg class="spark" viewBox="0 0 100 16" preserveAspectRatio="none" role="img" aria-label={label}>
      <path d={bars.join('')} />
    </svg>
  );
}
