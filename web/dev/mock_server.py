"""A stand-in server for working on the pages: fixtures in memory, one simulated other participant, real WebRTC.

    python web/dev/mock_server.py [port]     serves web/dist with the product's Content-Security-Policy

Never shipped; the journeys run against the real server.
"""

import asyncio
import fractions
import io
import logging
import math
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
import socketio
from aiohttp import web
from aiortc import AudioStreamTrack, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack

DIST = Path(__file__).parent.parent / "dist"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob: data:; connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
NOW = datetime.now(UTC)
ROLES = {
    "doctor": "Dr. Amara Osei", "patient": "Maria Keller", "nurse": "Tom Lindqvist", "scheduler": "Ines Duarte",
    "pharmacist": "Kofi Mensah", "lab_technician": "Yuki Tanaka", "administrator": "Ruth Cohen",
}
ACCOUNTS = {role: {"email": f"{role}@demo.clinic", "role": role, "display_name": name, "password": "consultroom demo"} for role, name in ROLES.items()}
DOCTOR, PATIENT, SECOND = (str(uuid.uuid5(uuid.NAMESPACE_DNS, name)) for name in ("doctor", "patient", "second"))
DOCTORS = [{"id": DOCTOR, "display_name": "Dr. Amara Osei"}, {"id": SECOND, "display_name": "Dr. Jonas Weber"}]
ME = {"doctor": "d0000000-0000-4000-8000-000000000001", "patient": "d0000000-0000-4000-8000-000000000002"}


def iso(at):
    return at.isoformat().replace("+00:00", "Z")


def problem(status, code, title, next_step="", **extra):
    return web.json_response({"type": "about:blank", "title": title, "status": status, "code": code, "next_step": next_step, **extra}, status=status, content_type="application/problem+json")


def visit(n, start, status="scheduled", note="none", reason="", doctor="Dr. Amara Osei", patient="Maria Keller"):
    return {"id": f"a0000000-0000-4000-8000-00000000000{n}", "status": status, "starts_at": iso(start), "ends_at": iso(start + timedelta(minutes=20)), "patient_name": patient, "doctor_name": doctor,
            "doctor_id": DOCTOR, "join_path": "", "waiting_since": iso(NOW - timedelta(minutes=4)) if status == "waiting" else None, "note_status": note, "reason": reason}


VISITS = [
    visit(1, NOW + timedelta(minutes=4), "waiting", reason="Chest tightness since Tuesday"),
    visit(2, NOW + timedelta(minutes=45), reason="Blood pressure check", patient="Ahmed Rahimi"),
    visit(3, NOW + timedelta(days=1, hours=1), reason="", patient="Sofia Lindgren-Papadopoulos"),
    visit(4, NOW - timedelta(minutes=50), "ended", "draft", "Cough for two weeks", patient="Maria Keller"),
    visit(5, NOW - timedelta(minutes=90), "ended", "signed", "Migraine follow-up", patient="Maria Keller"),
]


def slots(doctor_id):
    out = []
    day = NOW.replace(hour=7, minute=0, second=0, microsecond=0)
    for d in range(14):
        if (day + timedelta(days=d)).weekday() > 4:
            continue
        for s in list(range(8)) + list(range(15, 20)):
            at = day + timedelta(days=d, minutes=20 * s)
            out.append({"id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{doctor_id}{at}")), "doctor_id": doctor_id, "doctor_name": next(x["display_name"] for x in DOCTORS if x["id"] == doctor_id),
                        "starts_at": iso(at), "ends_at": iso(at + timedelta(minutes=20)), "time_zone": "Europe/Berlin", "status": "booked" if (s + d) % 5 == 0 else "free"})
    return out


SAID = [
    ("doctor", "Good morning, what brings you in today?"), ("patient", "I have had a cough for two weeks and it will not go away."),
    ("doctor", "Do you have any fever?"), ("patient", "No, no fever."), ("doctor", "Any chest pain or trouble breathing?"), ("patient", "A little short of breath when I climb the stairs."),
    ("doctor", "Are you allergic to anything?"), ("patient", "Yes, I am allergic to penicillin. I get a rash."), ("doctor", "Do you take any medicines?"),
    ("patient", "I take lisinopril ten milligrams every morning."), ("doctor", "This may be a side effect of the lisinopril. I will change it to losartan and order a chest x-ray."),
    ("doctor", "Please come back in two weeks, or earlier if you get a fever."), ("patient", "Thank you, doctor."),
]
UTTERANCES = []
at = 4.0
for n, (who, words) in enumerate(SAID):
    UTTERANCES.append({"id": f"b0000000-0000-4000-8000-0000000000{n:02d}", "participant_id": ME[who], "speaker": who, "speaker_name": ROLES[who], "start": at, "end": at + 1 + len(words) / 18, "text": words, "confidence": 0.9, "state": "final"})
    at += 1.6 + len(words) / 18


def u(*ns):
    return [UTTERANCES[n]["id"] for n in ns]


def statement(key, section, text, evidence, state="present", confidence=0.9):
    return {"id": str(uuid.uuid5(uuid.NAMESPACE_DNS, key)), "key": key, "section": section, "text": text, "state": state, "confidence": confidence, "codes": [], "evidence": evidence, "origin": "draft"}


STATEMENTS = [
    statement("cough", "subjective.chief_complaint", "Cough for two weeks, persistent.", u(1)), statement("fever", "subjective.history_of_present_illness", "Denies fever.", u(2, 3), "absent"),
    statement("dyspnea", "subjective.history_of_present_illness", "Short of breath on climbing stairs.", u(4, 5), confidence=0.52), statement("penicillin", "subjective.allergies", "Penicillin: rash.", u(6, 7)),
    statement("lisinopril", "subjective.medications", "Lisinopril 10 mg every morning.", u(8, 9)), statement("ace", "assessment", "Cough possibly a side effect of lisinopril.", u(10), "possible"),
    statement("losartan", "plan.medications", "Change lisinopril to losartan.", u(10)), statement("cxr", "plan.tests", "Chest x-ray.", u(10)), statement("fu", "plan.follow_up", "Return in two weeks, earlier if fever develops.", u(11)),
]
NOTES = {}


def note_of(vid):
    live = vid == VISITS[0]["id"]
    fresh = {"visit_id": vid, "version": 0, "status": "draft", "statements": [] if live else list(STATEMENTS), "suggestions": [], "orders": [] if live else [
        {"kind": "medication", "description": "Losartan instead of lisinopril", "reason": "cough", "evidence": u(10)}, {"kind": "imaging", "description": "Chest x-ray", "reason": "", "evidence": u(10)}],
        "review": [] if live else [{"text": "Chest pain was asked about and not answered", "reason": "asked, not answered", "evidence": u(4), "section": "subjective.history_of_present_illness", "key": "cp"}],
        "signed_by": None, "signed_at": None, "addenda": [], "draft_revision": 1, "_versions": []}
    note = NOTES.setdefault(vid, fresh)
    if vid == VISITS[4]["id"] and note["status"] == "draft":
        note |= {"version": 2, "status": "signed", "signed_by": ROLES["doctor"], "signed_at": iso(NOW - timedelta(minutes=30)), "review": [], "orders": [],
                 "addenda": [{"id": "x1", "author_name": ROLES["doctor"], "added_at": iso(NOW - timedelta(minutes=5)), "text": "Chest x-ray of today is normal; told by phone."}]}
    return note


def note_answer(note):
    return web.json_response({k: v for k, v in note.items() if k != "_versions"}, headers={"ETag": f'"{note["version"]}"'})


routes = web.RouteTableDef()
SESSION = {}


def role_of(request):
    return request.cookies.get("mock", "")


@routes.get("/api/demo")
async def demo(_):
    return web.json_response({"accounts": list(ACCOUNTS.values())})


@routes.get("/api/session")
async def session(request):
    role = role_of(request)
    if role not in ROLES:
        return problem(401, "unauthenticated", "You are not signed in")
    return web.json_response({"account_id": role, "role": role, "display_name": ROLES[role], "permissions": []})


@routes.post("/api/session")
async def sign_in(request):
    body = await request.json()
    role = body["email"].split("@")[0]
    if role not in ROLES or body["password"] != "consultroom demo":
        return problem(401, "login_failed", "E-mail or password is wrong", "Check both and try again.")
    answer = web.json_response({"account_id": role, "role": role, "display_name": ROLES[role], "permissions": []})
    answer.set_cookie("mock", role)
    return answer


@routes.delete("/api/session")
async def sign_out(_):
    answer = web.Response(status=204)
    answer.del_cookie("mock")
    return answer


@routes.get("/api/visits")
async def visits(request):
    role = role_of(request)
    return web.json_response([v for v in VISITS if role == "doctor" or v["patient_name"] == ROLES["patient"]])


@routes.get("/api/visits/{vid}")
async def one_visit(request):
    for v in VISITS:
        if v["id"] == request.match_info["vid"]:
            return web.json_response(v)
    return problem(404, "not_found", "There is no such visit", "Check the link.")


@routes.get("/api/doctors")
async def doctors(_):
    return web.json_response(DOCTORS)


@routes.get("/api/slots")
async def free(request):
    return web.json_response(slots(request.query["doctor_id"]) if request.query["doctor_id"] == DOCTOR else [])


@routes.post("/api/slots/{sid}/booking")
async def book(request):
    mine = next(s for s in slots(DOCTOR) if s["id"] == request.match_info["sid"])
    if mine["starts_at"][14:16] == "20":
        return problem(409, "slot_taken", "Somebody else has just booked this time", "Choose one of the next free times.", alternatives=[s for s in slots(DOCTOR) if s["starts_at"] > mine["starts_at"] and s["status"] == "free"][:3])
    return web.json_response({"id": "ap1", "slot_id": mine["id"], "visit_id": VISITS[0]["id"], "join_path": "", "starts_at": mine["starts_at"], "ends_at": mine["ends_at"], "doctor_id": DOCTOR, "doctor_name": mine["doctor_name"]}, status=201)


@routes.post("/api/availability")
async def publish(_):
    return web.json_response({"published": 88, "skipped": 2}, status=201)


@routes.post("/api/demo/consult")
async def consult(_):
    return web.json_response({"visit_id": VISITS[0]["id"]})


@routes.post("/api/visits/{vid}/ticket")
async def ticket(request):
    return web.json_response({"ticket": role_of(request), "expires_at": iso(NOW), "participant_id": ME.get(role_of(request), ME["doctor"]), "ice_servers": [], "seats": 3})


@routes.get("/api/visits/{vid}/transcript")
async def transcript(request):
    vid = request.match_info["vid"]
    live = vid == VISITS[0]["id"]
    return web.json_response({"visit_id": vid, "status": "live" if live else "complete", "notice": "Written by the demo speech model, which knows only the demo's voices and words. Not for care.", "utterances": [] if live else UTTERANCES})


@routes.get("/api/visits/{vid}/recordings")
async def recordings(_):
    return web.json_response([{"segment_id": f"seg-{who}", "participant_id": pid, "speaker": who, "start": 0.0, "end": 300.0, "closed": True} for who, pid in ME.items()])


@routes.get("/api/recordings/{seg}/clip")
async def clip(_):
    return web.Response(body=CLIP, content_type="video/webm")


@routes.get("/api/visits/{vid}/chat")
async def chat(_):
    return web.json_response([])


@routes.get("/api/visits/{vid}/note")
async def note(request):
    return note_answer(note_of(request.match_info["vid"]))


@routes.put("/api/visits/{vid}/note")
async def save(request):
    n = note_of(request.match_info["vid"])
    if request.headers["If-Match"] != f'"{n["version"]}"':
        return problem(412, "note_changed", "The note was changed meanwhile", "Load the newer version.")
    body = await request.json()
    n["version"] += 1
    n["statements"] = [{"id": s.get("id") or str(uuid.uuid4()), "key": s.get("key") or f"clinician:{uuid.uuid4()}", **{k: s[k] for k in ("section", "text", "state", "confidence", "codes", "evidence", "origin")}} for s in body["statements"]]
    n["_versions"].append({"version": n["version"], "author_name": ROLES["doctor"], "saved_at": iso(datetime.now(UTC)), "statements": n["statements"], "signed": False})
    return note_answer(n)


@routes.get("/api/visits/{vid}/note/versions")
async def versions(request):
    return web.json_response([v | {"statements": len(v["statements"])} for v in note_of(request.match_info["vid"])["_versions"]])


@routes.get("/api/visits/{vid}/note/versions/{n}")
async def version(request):
    return web.json_response(note_of(request.match_info["vid"])["_versions"][int(request.match_info["n"]) - 1])


@routes.post("/api/visits/{vid}/note/signature")
async def sign(request):
    n = note_of(request.match_info["vid"])
    n |= {"status": "signed", "signed_by": ROLES["doctor"], "signed_at": iso(datetime.now(UTC))}
    return note_answer(n)


@routes.post("/api/visits/{vid}/note/addenda")
async def addendum(request):
    n = note_of(request.match_info["vid"])
    entry = {"id": str(uuid.uuid4()), "author_name": ROLES["doctor"], "added_at": iso(datetime.now(UTC)), "text": (await request.json())["text"]}
    n["addenda"].append(entry)
    return web.json_response(entry, status=201)


@routes.get("/api/visits/{vid}/summary")
async def summary(request):
    vid = request.match_info["vid"]
    n = note_of(vid)
    if n["status"] != "signed":
        return problem(404, "summary_not_ready", "The summary is not ready yet")
    titles = [("why", "Why you came", ["Cough for two weeks, persistent."]), ("history", "What you told us", ["No fever.", "Short of breath on climbing stairs.", "Allergy: penicillin (rash).", "You take lisinopril 10 mg every morning."]),
              ("assessment", "What we think", ["Cough possibly a side effect of lisinopril."]), ("plan", "What happens next", ["Change lisinopril to losartan.", "Chest x-ray.", "Come back in two weeks, earlier if you get a fever."])]
    return web.json_response({"visit_id": vid, "doctor_name": ROLES["doctor"], "patient_name": ROLES["patient"], "date": iso(NOW - timedelta(minutes=90)), "signed_at": n["signed_at"], "signed_by": n["signed_by"],
                              "sections": [{"section": a, "title": b, "lines": c} for a, b, c in titles], "addenda": n["addenda"]})


class Picture(VideoStreamTrack):
    async def recv(self):
        pts, base = await self.next_timestamp()
        t = pts * base
        frame = av.VideoFrame.from_ndarray(picture(float(t)), format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = pts, base
        return frame


def picture(t):
    y, x = np.mgrid[0:480, 0:640]
    shade = 60 + 30 * np.sin(x / 90 + t) + 20 * np.cos(y / 70 - t / 2)
    rgb = np.stack([shade * 0.8, shade * 1.3, shade * 1.25], axis=-1)
    head = (x - 320 - 12 * math.sin(t * 2)) ** 2 / 90**2 + (y - 210) ** 2 / 115**2 < 1
    body = (x - 320) ** 2 / 200**2 + (y - 480) ** 2 / 150**2 < 1
    rgb[body] = (70, 105, 150)
    rgb[head] = (214, 170, 140)
    return np.clip(rgb, 0, 255).astype(np.uint8)


def make_clip():
    out = io.BytesIO()
    with av.open(out, "w", format="webm") as box:
        stream = box.add_stream("libvpx", rate=15)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for n in range(45):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture(n / 15)[::2, ::2]), format="rgb24")
            frame.pts, frame.time_base = n, fractions.Fraction(1, 15)
            for packet in stream.encode(frame.reformat(format="yuv420p")):
                box.mux(packet)
        for packet in stream.encode():
            box.mux(packet)
    return out.getvalue()


CLIP = make_clip()
sio = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins=[])
ROOMS = {}


class MockRoom:
    """One browser and one simulated other person."""

    def __init__(self, sid, role):
        self.sid, self.role, self.pc, self.tasks = sid, role, None, []
        other = "patient" if role == "doctor" else "doctor"
        self.mine = self.person(role, "admitted" if role == "doctor" else "invited", True)
        self.other = self.person(other, "waiting" if other == "patient" else "admitted", True)
        self.other["consent"] = {"record": True, "transcribe": True}
        self.epoch = None

    def person(self, role, state, on):
        return {"id": ME.get(role, ME["doctor"]), "role": role, "display_name": ROLES[role], "state": state, "microphone": on, "camera": on, "connected": True, "consent": {"record": None, "transcribe": None}, "seat": None}

    async def tell(self):
        inside = self.mine["state"] == "admitted"
        self.other["seat"] = 0 if inside and self.other["state"] == "admitted" else None
        both = [self.mine, self.other]
        agree = {p: all(x["consent"][p] for x in both) for p in ("record", "transcribe")}
        await sio.emit("room.state", {"visit_id": VISITS[0]["id"], "status": "in_progress" if inside else "waiting", "me": self.mine["id"], "epoch": self.epoch, "recording": agree["record"], "transcribing": agree["transcribe"], "participants": both if inside else [self.mine]}, to=self.sid, namespace="/room")
        if agree["transcribe"] and self.other["state"] == "admitted" and not self.tasks:
            self.tasks.append(asyncio.create_task(self.talk()))

    async def talk(self):
        note = note_of(VISITS[0]["id"])
        for n, one in enumerate(UTTERANCES):
            await asyncio.sleep(1.0)
            await sio.emit("transcript.utterance", one | {"text": "", "state": "pending"}, to=self.sid, namespace="/room")
            await asyncio.sleep(0.4)
            await sio.emit("transcript.utterance", one, to=self.sid, namespace="/room")
            said = {x["id"] for x in UTTERANCES[: n + 1]}
            note["statements"] = [s for s in STATEMENTS if set(s["evidence"]) <= said]
            note["draft_revision"] += 1
            await sio.emit("note.changed", {"visit_id": VISITS[0]["id"], "revision": note["draft_revision"]}, to=self.sid, namespace="/room")
        await sio.emit("chat.message", {"id": "c1", "participant_id": self.other["id"], "display_name": self.other["display_name"], "text": "My pharmacy is the one in Station Street.", "sent_at": iso(datetime.now(UTC))}, to=self.sid, namespace="/room")


@sio.on("connect", namespace="/room")
async def connect(sid, environ, auth):
    ROOMS[sid] = MockRoom(sid, auth["ticket"])
    asyncio.get_running_loop().call_later(0.2, lambda: asyncio.ensure_future(ROOMS[sid].tell()))


@sio.on("disconnect", namespace="/room")
async def gone(sid, *_):
    room = ROOMS.pop(sid, None)
    if room:
        for task in room.tasks:
            task.cancel()
        if room.pc:
            await room.pc.close()


@sio.on("*", namespace="/room")
async def anything(event, sid, data=None):
    room = ROOMS[sid]
    if event == "lobby.ready":
        room.mine["state"] = "waiting"
        await room.tell()
        if "--hold" not in sys.argv:
            async def admit():
                await asyncio.sleep(4)
                room.mine["state"] = "admitted"
                await room.tell()
            room.tasks_admit = asyncio.create_task(admit())
    elif event == "lobby.admit":
        room.other["state"] = "admitted"
        await room.tell()
    elif event == "media.offer":
        if room.pc:
            await room.pc.close()
        room.pc = RTCPeerConnection()
        await room.pc.setRemoteDescription(RTCSessionDescription(data["sdp"], "offer"))
        for track, at in ((AudioStreamTrack(), 2), (Picture(), 3)):
            transceiver = room.pc.getTransceivers()[at]
            transceiver.sender.replaceTrack(track)
            transceiver.direction = "sendonly"
        await room.pc.setLocalDescription(await room.pc.createAnswer())
        room.epoch = room.epoch or iso(datetime.now(UTC))
        print("offer", len(data["sdp"]), "bytes", flush=True)
        await room.tell()
        return {"ok": True, "sdp": room.pc.localDescription.sdp, "seats": {room.other["id"]: 0}}
    elif event == "media.state":
        room.mine |= data
        await room.tell()
    elif event == "consent.set":
        room.mine["consent"][data["purpose"]] = data["granted"]
        await room.tell()
    elif event == "chat.send":
        message = {"id": str(uuid.uuid4()), "participant_id": room.mine["id"], "display_name": room.mine["display_name"], "text": data["text"], "sent_at": iso(datetime.now(UTC))}
        await sio.emit("chat.message", message, to=sid, namespace="/room")
        return {"ok": True, "message": message}
    elif event == "room.end":
        await sio.emit("room.ended", {}, to=sid, namespace="/room")
    elif event not in ("room.leave", "media.candidate"):
        return {"ok": False, "error": {"code": "unknown_event", "title": "The room does not know this event", "detail": "", "next_step": "", "status": 404}}
    return {"ok": True}


@web.middleware
async def headers(request, handler):
    answer = await handler(request)
    if not answer.prepared:
        answer.headers["Content-Security-Policy"] = CSP
    return answer


async def page(request):
    path = DIST / request.path.lstrip("/")
    return web.FileResponse(path if path.is_file() else DIST / "index.html")


if __name__ == "__main__":
    app = web.Application(middlewares=[headers])
    app.add_routes(routes)
    sio.attach(app)
    app.router.add_get("/{tail:.*}", page)
    logging.basicConfig(level=logging.DEBUG if "--debug" in sys.argv else logging.WARNING)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 8090, print=None)
