"""Books a session by the client that openapi-python-client generated beside this file."""

import json
import sys

from fadeline_client import AuthenticatedClient
from fadeline_client.api.booking import book_session, find_slots
from fadeline_client.api.courses import open_course
from fadeline_client.api.patients import change_patient, register_patient, search_patients
from fadeline_client.api.sessions import get_session
from fadeline_client.api.signing_in import get_me
from fadeline_client.models import (
    CourseView, Goal, Me, NewCourse, NewSession, NewPatient, Patient, PatientDetailsChange, Problem, Role,
    SessionStatus, SessionView, Slots,
)

with open(sys.argv[1]) as file:
    demo = json.loads(file.readline())
client = AuthenticatedClient(base_url=demo["url"], token=demo["tokens"]["front_desk"], raise_on_unexpected_status=True)

me = get_me.sync(client=client)
assert isinstance(me, Me) and me.role == Role.FRONT_DESK and me.partner_id is None, me

details = NewPatient(family_name="Python", given_name="Client", phone="(416) 555-0142", email="python@example.test")
patient = register_patient.sync(client=client, body=details)
assert isinstance(patient, Patient) and patient.phone == "+14165550142", patient
found = search_patients.sync(client=client, q="python@example.test")
assert [one.id for one in found.items] == [patient.id] and found.next_ is None, found
# Null takes a field away; one that is left out stays.
changed = change_patient.sync(patient.id, client=client, body=PatientDetailsChange(email=None))
assert isinstance(changed, Patient) and changed.email is None and changed.given_name == "Client", changed

course = open_course.sync(client=client, body=NewCourse(goal=Goal.REMOVE, patient_id=patient.id))
assert isinstance(course, CourseView) and course.sessions == [], course

slots = find_slots.sync(client=client, course_id=course.id, service="consultation")
assert isinstance(slots, Slots) and slots.items, slots
slot = slots.items[0]
wanted = NewSession(
    course_id=course.id, service="consultation", start=slot.start.isoformat(), site_id=slot.site_id,
    practitioner_id=slot.practitioner_id, room_id=slot.room_id, device_id=slot.device_id,
)
session = book_session.sync(client=client, body=wanted, idempotency_key="a client in Python")
assert isinstance(session, SessionView), session
assert (session.start, session.practitioner_id, session.status) == (slot.start, slot.practitioner_id, SessionStatus.BOOKED), session
again = book_session.sync(client=client, body=wanted, idempotency_key="a client in Python")
assert again == session, again
assert get_session.sync(session.id, client=client) == session

refused = book_session.sync_detailed(client=client, body=wanted)
assert refused.status_code in (409, 422), refused
assert isinstance(refused.parsed, Problem) and refused.parsed.violations, refused
print(f"a client in Python booked {session.start.isoformat()}, and was refused the same again: {refused.parsed.code}")
