"""`oakum lab`: the embedded registry and Kubernetes from the command line."""

from math import isfinite

from oakum.cli.command import Command
from oakum.cli.flag import Flag


def _finite(value: float) -> None:
    if not isfinite(value):
        raise ValueError("not a finite number")


_DATA = Flag("data", "Folder for everything the lab keeps (default: oakum/lab in the user's state folder)")
_START = (
    Flag("port", "Port of the API server (0: that of last time, or any)", kind="int"),
    Flag("registry-port", "Port of the registry (0: that of last time, or any)", kind="int"),
    Flag("listen", "Address of this machine to listen on, where others reach the lab", default="127.0.0.1"),
    Flag("registry-tls", "Serve the registry over TLS, with the lab's own authority", kind="bool"),
    Flag("registry-login", "How clients of the registry log in: basic or token", default="basic"),
    Flag("runtime", "How pods run: auto, namespaces, privileged, chroot, docker or simulated", default="auto"),
    Flag("detach", "Return when the lab answers, and leave it running", kind="bool", short="d"),
)

_FAULT = (
    Flag("target", "What fails: api or registry", default="api"),
    Flag("method", "Only requests of this HTTP method"),
    Flag("path", "Only requests whose path and query contain this regular expression"),
    Flag("rate", "Share of the requests that fail", kind="float", default=1.0, check=_finite),
    Flag("nth", "Only this call, counted from 1", kind="int"),
    Flag("times", "Fail at most so often (0: without end)", kind="int"),
    Flag("delay", "Seconds to wait first", kind="float", check=_finite),
    Flag("status", "HTTP status to answer with", kind="int"),
    Flag("retry-after", "Seconds for the Retry-After header", kind="int"),
    Flag("drop", "Drop the connection without an answer", kind="bool"),
    Flag("cut", "Drop the connection at once after so many pieces of the body", kind="int", default=-1),
    Flag("cut-after", "Drop the connection so many seconds into the answer", kind="float", check=_finite),
    Flag("jump", "Move the lab's clock by so many seconds", kind="float", check=_finite),
    Flag("clear", "End all faults", kind="bool"),
)

_CLOCK = (
    Flag("hold", "Let time stand still, or (--hold=false) go on", kind="bool"),
    Flag("jump", "Move the clock by so many seconds", kind="float", check=_finite),
    Flag("advance", "Let so many seconds pass", kind="float", check=_finite),
)

COMMAND = Command(
    "lab",
    "A registry and a Kubernetes on this machine, with no daemon and no root",
    long="Runs a container registry, a Kubernetes API server with its controllers, and a node that really runs pods,\n"
    "in one process that listens on loopback only.",
    example='  eval "$(oakum lab up --detach)"\n  kubectl get nodes\n  oakum lab down',
    shared=(_DATA,),
    commands=(
        Command("up", "Start the lab", flags=_START, run="oakum.cli.lab.running:up"),
        Command("down", "Stop the lab; its data stays", run="oakum.cli.lab.running:down"),
        Command("status", "Say where the lab answers", run="oakum.cli.lab.running:status"),
        Command(
            "logs",
            "Print what the lab itself has logged",
            flags=(Flag("follow", "Go on with what is logged from now on", kind="bool", short="f"),),
            run="oakum.cli.lab.running:logs",
        ),
        Command(
            "load-image",
            "Put an image from a file into the lab's registry",
            long="Takes an OCI image layout or what 'docker save' writes, as a tar file or a folder, and prints the\n"
            "references under which pods can name it.",
            flags=(Flag("name", "Name for the image, as repository:tag (default: what the file states)"),),
            arguments=1,
            run="oakum.cli.lab.images:load_image",
        ),
        Command(
            "collect-garbage",
            "Delete what no image in the lab's registry needs any more",
            long="Deletes content that no manifest refers to, and uploads that were left behind, where both are older\n"
            "than --age. The lab may run meanwhile.",
            flags=(Flag("age", "Seconds that content has to be old", kind="float", default=3600.0, check=_finite),),
            run="oakum.cli.lab.images:collect",
        ),
        Command(
            "fault",
            "Make requests to the lab fail, for tests of a client",
            long="Puts a fault in force and lists all. Requests that match are delayed, refused or dropped.",
            example="  oakum lab fault --status 429 --retry-after 2 --rate 0.3\n"
            "  oakum lab fault --method PATCH --path /deployments/ --status 409 --nth 2\n"
            "  oakum lab fault --path watch=1 --cut 3\n"
            "  oakum lab fault --path watch=1 --cut-after 5\n"
            "  oakum lab fault --target registry --drop --times 1\n"
            "  oakum lab fault --clear",
            flags=_FAULT,
            run="oakum.cli.lab.faults:fault",
        ),
        Command(
            "clock",
            "Show the lab's clock, hold it still, or let time pass",
            long="CronJobs, deadlines, back-offs, probes and graces go by this clock, which follows the machine's.\n"
            "--advance lets time pass at once: each thing that falls due on the way is done at its own moment.\n"
            "--jump moves the clock past them, as when somebody sets it.",
            example="  oakum lab clock --hold\n  oakum lab clock --advance 3600\n  oakum lab clock --hold=false",
            flags=_CLOCK,
            run="oakum.cli.lab.faults:clock",
        ),
        Command("reset", "Stop the lab and delete all its data", run="oakum.cli.lab.running:reset"),
    ),
)
