/** Formats a duration in its two largest units: `148` as `2 min 28 s`. */
export function formatDuration(seconds: number): string {
  const rounded = Math.round(seconds);
  const parts = [
    [Math.floor(rounded / 3600), 'h'],
    [Math.floor((rounded % 3600) / 60), 'min'],
    [rounded % 60, 's'],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).slice(0, 2);
  return shown.length > 0 ? shown.map(([count, unit]) => `${count} ${unit}`).join(' ') : '0 s';
}
