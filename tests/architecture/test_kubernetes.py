"""The manifests: valid, restricted, complete."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from campaigns.infrastructure.settings import Settings, variables
from campaigns.infrastructure.settings_sources import load_settings
from campaigns.interfaces.cli.serve import ROLES

BASE = Path(__file__).parents[2] / "k8s" / "base"
VERSION = "1.34"
Document = dict[str, Any]
_WORKLOADS = ("Deployment", "Job")


def documents() -> list[Document]:
    files = sorted(file for file in BASE.glob("*.yaml") if file.name != "kustomization.yaml")
    return [document for file in files for document in yaml.safe_load_all(file.read_text())]


def named(document: Document) -> str:
    return f"{document['kind']} {document['metadata']['name']}"


EVERY = pytest.mark.parametrize("document", documents(), ids=named)
WORKLOADS = pytest.mark.parametrize("workload", [d for d in documents() if d["kind"] in _WORKLOADS], ids=named)
DEPLOYMENTS = pytest.mark.parametrize("deployment", [d for d in documents() if d["kind"] == "Deployment"], ids=named)


def pod(workload: Document) -> Document:
    found: Document = workload["spec"]["template"]["spec"]
    return found


def labels_of_pods(workload: Document) -> dict[str, str]:
    return dict(workload["spec"]["template"]["metadata"]["labels"])


def references(workload: Document) -> Iterator[tuple[str, str]]:
    """Secret name and key."""
    for container in pod(workload)["containers"]:
        for variable in container.get("env", []):
            if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
                yield reference["name"], reference["key"]


@EVERY
def test_a_document_is_valid(document: Document) -> None:
    kubernetes_validate.validate(document, VERSION, strict=True)


def test_an_invalid_document_is_noticed() -> None:
    document = next(document for document in documents() if document["kind"] == "Deployment")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**document, "spec": {**document["spec"], "replica": 1}}, VERSION, strict=True)


@WORKLOADS
def test_a_pod_keeps_the_restricted_profile(workload: Document) -> None:
    spec, (container,) = pod(workload), pod(workload)["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
    assert all({"emptyDir", "persistentVolumeClaim"} & volume.keys() for volume in spec["volumes"])
    assert not any("hostPort" in port for port in container.get("ports", []))


@pytest.mark.parametrize("role", ["api", "scheduler", "worker"])
def test_uploads_people_and_archives_lie_where_every_pod_that_needs_them_sees_them(role: str) -> None:
    (config,) = (document["data"] for document in documents() if document["kind"] == "ConfigMap")
    (workload,) = (d for d in documents() if d["kind"] == "Deployment" and d["metadata"]["name"] == f"campaigns-{role}")
    claims = {d["metadata"]["name"]: d["spec"] for d in documents() if d["kind"] == "PersistentVolumeClaim"}
    claim_of = {v["name"]: v.get("persistentVolumeClaim", {}).get("claimName") for v in pod(workload)["volumes"]}
    shared = {
        mount["mountPath"]
        for mount in pod(workload)["containers"][0]["volumeMounts"]
        if claims.get(claim_of[mount["name"]], {}).get("accessModes") == ["ReadWriteMany"]
    }
    home = config["CAMPAIGNS_HOME"]
    assert shared == {f"{home}/imports", f"{home}/datasets", config["ARCHIVE_FOLDER"]}


@WORKLOADS
def test_a_pod_has_no_key_to_the_cluster(workload: Document) -> None:
    assert pod(workload)["automountServiceAccountToken"] is False
    assert pod(workload)["enableServiceLinks"] is False


@WORKLOADS
def test_a_pod_bounds_its_memory(workload: Document) -> None:
    (container,) = pod(workload)["containers"]
    assert container["resources"]["limits"]["memory"]
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}


@WORKLOADS
def test_what_a_pod_refers_to_exists_or_is_documented(workload: Document) -> None:
    documented = (BASE.parent / "README.md").read_text()
    names = {(document["kind"], document["metadata"]["name"]) for document in documents()}
    for name, key in references(workload):
        assert f"| `{name}` | `{key}` |" in documented
    for container in pod(workload)["containers"]:
        for source in container["envFrom"]:
            assert ("ConfigMap", source["configMapRef"]["name"]) in names
    assert ("ServiceAccount", pod(workload)["serviceAccountName"]) in names


@WORKLOADS
def test_every_variable_is_a_setting_with_a_good_value(workload: Document) -> None:
    known = {name for field in Settings.__struct_fields__ for name in variables(field)}
    (config,) = (document for document in documents() if document["kind"] == "ConfigMap")
    plain = {**config["data"]}
    for container in pod(workload)["containers"]:
        plain |= {variable["name"]: variable.get("value", "from-a-secret") for variable in container.get("env", [])}
    assert not plain.keys() - known
    settings = load_settings(plain)
    assert settings.local_access is False
    assert not settings.embedded_database()
    assert not settings.embedded_nats()


@DEPLOYMENTS
def test_a_deployment_is_probed_drained_and_rolled_without_a_gap(deployment: Document) -> None:
    (container,) = pod(deployment)["containers"]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["port"] == container["ports"][0]["name"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/health", "a dependency that is away is no reason to die"
    asleep = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod(deployment)["terminationGracePeriodSeconds"] >= asleep + 10 + 10
    assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert len(pod(deployment)["topologySpreadConstraints"]) == 2


@DEPLOYMENTS
def test_a_deployment_selects_its_own_pods_and_may_be_disrupted_one_by_one(deployment: Document) -> None:
    wanted = deployment["spec"]["selector"]["matchLabels"]
    assert wanted.items() <= labels_of_pods(deployment).items()
    budgets = [d for d in documents() if d["kind"] == "PodDisruptionBudget"]
    (budget,) = (budget for budget in budgets if budget["spec"]["selector"]["matchLabels"] == wanted)
    assert budget["spec"]["maxUnavailable"] == 1


def test_every_role_has_a_deployment() -> None:
    started = [pod(d)["containers"][0]["args"][-1] for d in documents() if d["kind"] == "Deployment"]
    assert sorted(",".join(started).split(",")) == sorted(ROLES)


def test_autoscaled_deployments_exist_and_leave_their_replicas_to_the_autoscaler() -> None:
    deployments = {d["metadata"]["name"]: d for d in documents() if d["kind"] == "Deployment"}
    scaled = [d["spec"]["scaleTargetRef"]["name"] for d in documents() if d["kind"] == "HorizontalPodAutoscaler"]
    assert {"campaigns-api", "campaigns-worker"} <= set(scaled)
    for name in scaled:
        assert "replicas" not in deployments[name]["spec"]


def test_a_service_finds_its_pods() -> None:
    for service in (d for d in documents() if d["kind"] == "Service"):
        wanted = service["spec"]["selector"].items()
        assert any(wanted <= labels_of_pods(d).items() for d in documents() if d["kind"] == "Deployment"), named(
            service
        )


def test_the_network_is_closed_unless_a_policy_opens_it() -> None:
    policies = {d["metadata"]["name"]: d["spec"] for d in documents() if d["kind"] == "NetworkPolicy"}
    assert policies["campaigns-default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for block in (rule for to in policies["campaigns-outside"]["egress"] for rule in to["to"]):
        assert "169.254.0.0/16" in block["ipBlock"]["except"], "cloud metadata"


def test_no_secret_is_shipped() -> None:
    assert not [named(document) for document in documents() if document["kind"] == "Secret"]


def test_the_kustomization_lists_every_file() -> None:
    listed = yaml.safe_load((BASE / "kustomization.yaml").read_text())["resources"]
    assert sorted(listed) == sorted(file.name for file in BASE.iterdir() if file.name != "kustomization.yaml")
