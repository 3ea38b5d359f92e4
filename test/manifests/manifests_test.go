// Package manifests_test holds the manifests in deploy/k8s and the programs together: what a manifest says must be what the
// program understands and does.
package manifests_test

import (
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bavn/bavn/platform/config"
)

// forEach runs a test for every program in every overlay, configured as its manifest says.
func forEach(t *testing.T, test func(t *testing.T, c *cluster, name string, p *program)) {
	t.Helper()
	for overlay, c := range rendered(t) {
		known := programs()
		for name := range c.deployments {
			if known[name] == nil {
				t.Errorf("%s has a Deployment %s, which is none of the five programs", overlay, name)
			}
		}
		for name, p := range known {
			t.Run(overlay+"/"+name, func(t *testing.T) {
				t.Parallel()
				if len(c.deployments[name].pod().Containers) != 1 {
					t.Fatal("there is no Deployment of one container")
				}
				c.load(t, name, p)
				test(t, c, name, p)
			})
		}
	}
}

func TestAShutdownFitsIntoTheGracePeriod(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, c *cluster, name string, p *program) {
		t.Helper()
		allowed := time.Duration(c.deployments[name].pod().GraceSeconds) * time.Second
		if needed := p.grace(t); allowed < needed {
			t.Errorf("a shutdown may take %v, Kubernetes kills after %v", needed, allowed)
		}
	})
}

func TestProbesAndCallersFindThePortThatIsListenedOn(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, c *cluster, name string, p *program) {
		t.Helper()
		container := c.deployments[name].container()
		for port, address := range map[string]string{p.listen: p.address(), "admin": p.admin()} {
			if _, listened, err := net.SplitHostPort(address); err != nil || listened != strconv.Itoa(container.port(port)) {
				t.Errorf("listens on %q, the port %s of the container is %d", address, port, container.port(port))
			}
		}
		for _, probe := range []probe{container.Readiness, container.Liveness} {
			if probe.HTTP.Port != "admin" || probe.HTTP.Path == "" {
				t.Errorf("a probe asks %s of port %s", probe.HTTP.Path, probe.HTTP.Port)
			}
		}
		ports := c.services[name].Spec.Ports
		if len(ports) != 1 || ports[0].TargetPort != p.listen {
			t.Errorf("the Service leads to %v, not to %s", ports, p.listen)
		}
		if p.listen == "grpc" && c.services[name].Spec.ClusterIP != "None" {
			t.Error("behind one address, all calls of a connection go to one replica")
		}
	})
}

func TestWhomAServiceIsToldToCallItFindsReachesAndTrusts(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, c *cluster, name string, p *program) {
		t.Helper()
		labels := c.deployments[name].Spec.Template.Metadata.Labels
		for peer, target := range p.targets() {
			host, port, err := net.SplitHostPort(strings.TrimPrefix(target.Target, "dns:///"))
			callee, known := c.services[host]
			if err != nil || !known || host != peer || len(callee.Spec.Ports) != 1 || port != strconv.Itoa(callee.Spec.Ports[0].Port) {
				t.Errorf("is told that %s is at %s, where no Service is", peer, target.Target)
				continue
			}
			called := c.deployments[peer]
			listening := called.container().port(callee.Spec.Ports[0].TargetPort)
			if !c.lets(labels, called.Spec.Template.Metadata.Labels, listening) {
				t.Errorf("the network does not let it call %s", peer)
			}
		}
		for other, d := range c.deployments {
			_, told := p.targets()[other]
			grpc := d.container().port("grpc")
			if !told && grpc != 0 && other != name && c.lets(labels, d.Spec.Template.Metadata.Labels, grpc) {
				t.Errorf("the network lets it call %s, which it never does", other)
			}
		}
	})
}

func TestACertificateNamesTheServiceAsItIsAndAsItIsCalled(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, c *cluster, name string, p *program) {
		t.Helper()
		d := c.deployments[name]
		var secret, folder string
		for _, volume := range d.pod().Volumes {
			for _, mount := range d.container().VolumeMounts {
				if volume.Secret.Name != "" && mount.Name == volume.Name {
					secret, folder = volume.Secret.Name, mount.Path
				}
			}
		}
		identity := c.identities[secret].Spec
		if !slices.Equal(identity.URIs, []string{"spiffe://bavn/" + name}) || !slices.Contains(identity.Hosts, name) {
			t.Errorf("the certificate in %s is for %v at %v", secret, identity.URIs, identity.Hosts)
		}
		files := p.certificate()
		for file, path := range map[string]string{"ca.crt": files.CA, "tls.crt": files.Cert, "tls.key": files.Key} {
			if path != filepath.Join(folder, file) {
				t.Errorf("reads %s, which is in %s", path, folder)
			}
		}
	})
}

// bothSign has the keys of references in mails: notify signs them, and intake knows an answer by them.
const bothSign = "mail-references"

func TestASecretComesFromASecretOfTheServiceAlone(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, c *cluster, name string, p *program) {
		t.Helper()
		settings, err := config.Document(p.settings, "BAVN_"+strings.ToUpper(name)+"_")
		if err != nil {
			t.Fatal(err)
		}
		isSecret := func(variable string) bool {
			return slices.ContainsFunc(strings.Split(settings, "\n"), func(row string) bool {
				return strings.Contains(row, "`"+variable+"`") && strings.Contains(row, "(secret: ")
			})
		}
		container := c.deployments[name].container()
		for _, from := range container.EnvFrom {
			for variable := range c.configMaps[from.ConfigMap.Name] {
				if isSecret(variable) {
					t.Errorf("%s is a secret and stands in a ConfigMap", variable)
				}
			}
		}
		own := map[string]bool{}
		for _, variable := range container.Env {
			if own[variable.From.Secret.Name] = true; isSecret(variable.Name) && variable.From.Secret.Name == "" {
				t.Errorf("%s is a secret and does not come from one", variable.Name)
			}
		}
		for other, d := range c.deployments {
			for _, variable := range d.container().Env {
				shared := variable.From.Secret.Name
				if shared == bothSign && (name == "intake" || name == "notify") && (other == "intake" || other == "notify") {
					continue
				}
				if other != name && shared != "" && own[shared] {
					t.Errorf("shares the secret %s with %s", shared, other)
				}
			}
		}
	})
}

func TestAPodHasNoRightThatItDoesNotNeed(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, c *cluster, name string, _ *program) {
		t.Helper()
		pod := c.deployments[name].pod()
		own := pod.Containers[0].SecurityContext
		for right, denied := range map[string]bool{
			"to be root":                  pod.SecurityContext.RunAsNonRoot,
			"to gain rights":              own.MayGainRights != nil && !*own.MayGainRights,
			"to write into its image":     own.ReadOnlyRoot,
			"to make every system call":   pod.SecurityContext.SeccompProfile.Type == "RuntimeDefault",
			"to do what only root may":    slices.Equal(own.Capabilities.Drop, []string{"ALL"}),
			"to ask Kubernetes":           pod.AutomountToken != nil && !*pod.AutomountToken,
			"to variables of other names": pod.ServiceLinks != nil && !*pod.ServiceLinks,
		} {
			if !denied {
				t.Errorf("has the right %s", right)
			}
		}
	})
}
