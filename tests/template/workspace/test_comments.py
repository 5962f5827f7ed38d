from oakum.template.files import input_file
from oakum.template.render import render
from oakum.template.workspace.comments import restore_comments
from oakum.yaml.commented import emit_commented

TEMPLATE = b"""#! the app
#@ load("@ytt:data", "data")
a: 1 #! one
list:
#@ for i in range(2):
#! loop
- #@ i
#@ end
5: x #! five
"""


def test_comments_that_are_no_code_come_back_to_what_their_nodes_became() -> None:
    files = [input_file("a.yml", lambda: TEMPLATE), input_file("b.yml", lambda: b"# b\nb: 1\n")]
    result = render(files)
    restore_comments(result, files)
    assert [emit_commented(file.documents) for file in result.files] == [
        "# the app\na: 1 # one\nlist:\n# loop\n- 0\n# loop\n- 1\n5: x # five\n",
        "# b\nb: 1\n",
    ]
