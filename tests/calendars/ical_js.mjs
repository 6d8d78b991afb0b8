// What ical.js reads in the files named after the folder that it is installed in, as a JSON list of
// one object for each: METHOD, and the VEVENTs with their times in UTC by the VTIMEZONE of the object itself.

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

const [folder, ...names] = process.argv.slice(2);
const { default: ICAL } = await import(pathToFileURL(resolve(folder, 'node_modules/ical.js/dist/ical.js')));

/** In UTC; null for a time that floats or whose zone the object does not describe. */
function instant(zones, component, name) {
  const property = component.getFirstProperty(name);
  const time = property?.getFirstValue();
  if (!time) return null;
  const tzid = property.getParameter('tzid');
  if (tzid) time.zone = zones.get(tzid) ?? ICAL.Timezone.localTimezone;
  if (time.isDate || time.zone === ICAL.Timezone.localTimezone) return null;
  return time.convertToZone(ICAL.Timezone.utcTimezone).toString();
}

function read(name) {
  try {
    const calendar = new ICAL.Component(ICAL.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(name))));
    const zones = new Map(calendar.getAllSubcomponents('vtimezone').map((component) => {
      const zone = new ICAL.Timezone(component);
      return [zone.tzid, zone];
    }));
    const events = calendar.getAllSubcomponents('vevent').map((event) => ({
      uid: event.getFirstPropertyValue('uid'),
      sequence: event.getFirstPropertyValue('sequence') ?? undefined,
      status: event.getFirstPropertyValue('status') ?? undefined,
      stamp: instant(zones, event, 'dtstamp'),
      start: instant(zones, event, 'dtstart'),
      end: instant(zones, event, 'dtend'),
    }));
    return { method: calendar.getFirstPropertyValue('method') ?? undefined, events, errors: [] };
  } catch (error) {
    return { events: [], errors: [String(error)] };
  }
}

console.log(JSON.stringify(names.map(read)));
