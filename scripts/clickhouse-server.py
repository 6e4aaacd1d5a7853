"""ClickHouse's own engine (chdb) behind its HTTP interface, on loopback, for the tests: one query at a time.

Prints its port; the password of the user `default` is the first argument.
"""
import base64, json, re, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit


class Absent:
    """What the engine's Python package could use, and these tests do not need."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("pandas", "pyarrow", "numpy"):
            raise ImportError(name)


sys.meta_path.insert(0, Absent())
from chdb.session import Session  # noqa: E402

session = Session()
# As the server answers them: src/Server/HTTPHandler.cpp, exceptionCodeToHTTPStatus.
statuses = {516: 403, 497: 403, 164: 403, 60: 404, 81: 404, 46: 404, 47: 404, 62: 400, 53: 400, 159: 408}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        sql = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        given = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        login = base64.b64decode(self.headers.get("authorization", "")[6:]).decode()
        try:
            if login != "default:" + sys.argv[1]:
                raise RuntimeError("Code: 516. DB::Exception: default: Authentication failed. (AUTHENTICATION_FAILED)")
            session.query("USE `%s`" % given.pop("database", "default"))
            form = given.pop("default_format", "TabSeparated")
            settings = ", ".join("%s = %s" % (name, json.dumps(value).replace('"', "'")) for name, value in given.items())
            reading = re.match(r"\s*(SELECT|WITH|SHOW)", sql, re.I)
            answer = session.query(sql + ("\nSETTINGS " + settings if reading and settings else ""), form)
            self.reply(200, answer.bytes() or b"")
        except Exception as error:
            code = int((re.search(r"Code: (\d+)", str(error)) or [0, 0])[1])
            self.reply(statuses.get(code, 500), str(error).encode(), {"X-ClickHouse-Exception-Code": str(code)})

    def reply(self, status, body, headers={}):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
