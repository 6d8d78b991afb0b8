/* What libical reads in the files named on the command line, as a JSON list of one object for each:
 * METHOD, the VEVENTs with their times in UTC by the VTIMEZONE of the object itself, and as `errors`
 * what its parser and its table of what each iTIP method may carry complain about. */

#include <libical/ical.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static void text(const char *s) {
    if (!s) {
        fputs("null", stdout);
        return;
    }
    putchar('"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static bool first_error;

static void error(const char *where, const char *what) {
    if (!first_error) putchar(',');
    first_error = false;
    char *line;
    if (asprintf(&line, "%s: %s", where, what ? what : "?") < 0) abort();
    text(line);
    free(line);
}

/* In UTC; null for a time that floats or whose zone the object does not describe. */
static void instant(icalcomponent *root, icalproperty *property) {
    if (!property) {
        fputs("null", stdout);
        return;
    }
    icaltimetype t = icalvalue_get_datetime(icalproperty_get_value(property));
    icalparameter *tzid = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
    icaltimezone *utc = icaltimezone_get_utc_timezone();
    if (tzid) {
        icaltimezone *zone = icalcomponent_get_timezone(root, icalparameter_get_tzid(tzid));
        if (!zone) {
            fputs("null", stdout);
            return;
        }
        icaltime_set_timezone(&t, zone);
        t = icaltime_convert_to_zone(t, utc);
    }
    if (t.is_date || !icaltime_is_utc(t))
        fputs("null", stdout);
    else
        printf("\"%04d-%02d-%02dT%02d:%02d:%02dZ\"", t.year, t.month, t.day, t.hour, t.minute, t.second);
}

static void errors_of(icalcomponent *component) {
    const char *kind = icalcomponent_kind_to_string(icalcomponent_isa(component));
    for (icalproperty *p = icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY); p;
         p = icalcomponent_get_next_property(component, ICAL_XLICERROR_PROPERTY))
        error(kind, icalproperty_get_xlicerror(p));
    for (icalcomponent *c = icalcomponent_get_first_component(component, ICAL_ANY_COMPONENT); c;
         c = icalcomponent_get_next_component(component, ICAL_ANY_COMPONENT))
        errors_of(c);
}

static void event(icalcomponent *root, icalcomponent *e) {
    icalproperty *sequence = icalcomponent_get_first_property(e, ICAL_SEQUENCE_PROPERTY);
    icalproperty *status = icalcomponent_get_first_property(e, ICAL_STATUS_PROPERTY);
    fputs("{\"uid\":", stdout);
    text(icalcomponent_get_uid(e));
    if (sequence) printf(",\"sequence\":%d", icalproperty_get_sequence(sequence));
    if (status) printf(",\"status\":\"%s\"", icalproperty_status_to_string(icalproperty_get_status(status)));
    fputs(",\"stamp\":", stdout);
    instant(root, icalcomponent_get_first_property(e, ICAL_DTSTAMP_PROPERTY));
    fputs(",\"start\":", stdout);
    instant(root, icalcomponent_get_first_property(e, ICAL_DTSTART_PROPERTY));
    fputs(",\"end\":", stdout);
    instant(root, icalcomponent_get_first_property(e, ICAL_DTEND_PROPERTY));
    putchar('}');
}

static char *whole(const char *name) {
    FILE *file = fopen(name, "rb");
    char *data = NULL;
    size_t room = 0;
    if (!file || getdelim(&data, &room, '\0', file) < 0) {
        perror(name);
        exit(1);
    }
    fclose(file);
    return data;
}

int main(int count, char **names) {
    icalerror_set_errors_are_fatal(false);
    putchar('[');
    for (int i = 1; i < count; i++) {
        char *data = whole(names[i]);
        icalcomponent *root = icalparser_parse_string(data);
        free(data);
        if (i > 1) putchar(',');
        first_error = true;
        if (!root || icalcomponent_isa(root) != ICAL_VCALENDAR_COMPONENT) {
            fputs("{\"events\":[],\"errors\":[\"not one VCALENDAR\"]}\n", stdout);
            if (root) icalcomponent_free(root);
            continue;
        }
        bool holds = icalrestriction_check(root);
        icalproperty *method = icalcomponent_get_first_property(root, ICAL_METHOD_PROPERTY);
        if (method)
            printf("{\"method\":\"%s\",\"events\":[", icalproperty_method_to_string(icalproperty_get_method(method)));
        else
            fputs("{\"events\":[", stdout);
        bool first = true;
        for (icalcomponent *e = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT); e;
             e = icalcomponent_get_next_component(root, ICAL_VEVENT_COMPONENT)) {
            if (!first) putchar(',');
            first = false;
            event(root, e);
        }
        fputs("],\"errors\":[", stdout);
        errors_of(root);
        if (!holds && first_error) error("VCALENDAR", "icalrestriction_check");
        fputs("]}\n", stdout);
        icalcomponent_free(root);
    }
    puts("]");
    return 0;
}
