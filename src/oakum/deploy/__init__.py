"""Diff, order, apply, wait, inspect: an application's resources as one (kapp).

In Python: `deploying.Deploy` and `deleting.Delete` do a whole deploy or delete with a client of `oakum.kube`, resources
(`resource.Resource`: a plain body and where it was written) and an `output.Output` that gets what is to be shown.

    client = connect(load())
    Deploy(client, DeployOptions(app="shop", namespace="default"), lambda: [Resource(body)], out).run()

The parts: `config` has the rules as data; `diff` compares (rebase, line and structural differences, versions);
`graph` orders; `run` plans and carries out; `apply` writes; `wait` judges and watches; `app` is the record in the
cluster; `inspect`, `logs`, `preflight` and `lock` stand beside them. What decides is pure: objects in, decisions out.
"""
