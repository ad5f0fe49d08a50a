/**
 * Converts a timestamp with time zone to UTC: `2026-11-20T10:00:00.5+02:00` becomes `2026-11-20 08:00:00.5`.
 * @returns undefined for anything else, and outside the years 1 to 9999 in UTC
 */
export function toUtc(text: string): string | undefined {
  const [, day = '', time = '', fraction = '', zone = ''] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(\.\d+)? ?(Z|UTC|[-+]\d\d(?::?\d\d)?)$/.exec(text) ?? [];
  const [, sign = '', hours = 0, minutes = 0] = /^([-+])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  const timestamp = Date.parse(`${day}T${time}Z`) - offset * 60_000;
  if (Number.isNaN(timestamp)) return undefined;
  const [utcDay = '', utcTime = ''] = new Date(timestamp).toISOString().split('T');
  return utcDay.length > 10 || utcDay.startsWith('0000') ? undefined : `${utcDay} ${utcTime.slice(0, 8)}${fraction}`;
}
