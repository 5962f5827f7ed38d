"""The import of orjson: what it leaves out, and that nobody else notices."""
import subprocess
import sys


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_modules_that_only_the_import_of_orjson_would_need_are_left_out() -> None:
    assert run("import sys; from oakum.orjson import dumps, loads; assert loads(dumps({'a': [1.5, None]}))['a'][0]; "
               "print([m for m in ('dataclasses', 'uuid', 'inspect', 'platform') if m in sys.modules])") == "[]"


def test_the_real_modules_are_imported_afterwards() -> None:
    assert run("import oakum.orjson, dataclasses, uuid; print(dataclasses.field.__module__, uuid.uuid4().version)") \
        == "dataclasses 4"


def test_modules_that_are_there_already_stay() -> None:
    assert run("import sys, dataclasses, uuid; import oakum.orjson as o; "
               "print(sys.modules['dataclasses'] is dataclasses, sys.modules['uuid'] is uuid, "
               "o.dumps(uuid.UUID(int=1)).decode())") == 'True True "00000000-0000-0000-0000-000000000001"'


def test_who_imports_them_meanwhile_gets_what_the_real_ones_have() -> None:
    """A second thread may do so at any moment: here it holds what stands in, while orjson is being imported."""
    assert run("import sys; import oakum.orjson as o; held = o._stand_in('dataclasses', '_FIELD'); "
               "import dataclasses; assert dataclasses is held; from dataclasses import replace; "
               "print(replace.__module__, sys.modules['dataclasses'] is held, held.fields.__name__)") \
        == "dataclasses False fields"
