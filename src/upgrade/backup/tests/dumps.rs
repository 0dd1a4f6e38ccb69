//! Dumps by a Job, with the tools of the server that runs.

use super::*;

#[test]
fn a_job_dumps_a_database_with_the_server_s_own_tools() {
    let part = check(
        &files(&[]),
        neighbour(),
        &[Backup::Cnpg, Backup::Job],
        "apps/kustomization.yaml\n+  - ./refit-web-2-0-#.yaml\n\
         apps/refit-web-2-0-#.yaml\n+---\n+# Made for image a/web: 1.0 → 2.0@sha256:abc. The dump goes to refit-web-2-0-#.dump on the claim dumps.\n\
         +apiVersion: batch/v1\n+kind: Job\n+metadata:\n+  name: refit-web-2-0-#\n+  namespace: a\n+  annotations:\n\
         +    kustomize.toolkit.fluxcd.io/substitute: disabled\n+spec:\n+  backoffLimit: 0\n+  template:\n+    spec:\n+      restartPolicy: Never\n\
         +      automountServiceAccountToken: false\n+      securityContext:\n+        runAsNonRoot: true\n+        runAsUser: 65534\n\
         +        runAsGroup: 65534\n+        fsGroup: 65534\n+        fsGroupChangePolicy: OnRootMismatch\n+        seccompProfile:\n\
         +          type: RuntimeDefault\n+      containers:\n+        - name: dump\n+          image: \"docker.io/library/postgres:17.2\"\n+          command:\n+            - sh\n\
         +            - -ec\n+            - |\n+              pg_dump --format=custom --file=\"$DUMP\"\n\
         +              pg_restore --list \"$DUMP\" > /dev/null\n+          env:\n+            - name: DUMP\n\
         +              value: /dumps/refit-web-2-0-#.dump\n+            - name: PGHOST\n+              value: db.a.svc.cluster.local\n\
         +            - name: PGUSER\n+              valueFrom:\n+                secretKeyRef:\n+                  name: web-db\n+                  key: DB_USER\n\
         +            - name: PGPASSWORD\n+              valueFrom:\n+                secretKeyRef:\n+                  name: web-db\n+                  key: DB_PASS\n\
         +            - name: PGDATABASE\n+              value: \"on\"\n+          securityContext:\n+            allowPrivilegeEscalation: false\n\
         +            readOnlyRootFilesystem: true\n+            capabilities:\n+              drop:\n+                - ALL\n\
         +          resources:\n+            requests:\n+              cpu: 50m\n+              memory: 128Mi\n+            limits:\n\
         +              memory: 1Gi\n+          volumeMounts:\n+            - name: dumps\n+              mountPath: /dumps\n\
         +            - name: tmp\n+              mountPath: /tmp\n+      volumes:\n+        - name: dumps\n\
         +          persistentVolumeClaim:\n+            claimName: dumps\n+        - name: tmp\n+          emptyDir:\n+            sizeLimit: 64Mi\n",
    );
    assert!(!part.files[0].text.contains("${") && !part.files[0].text.contains("ttlSeconds"));
    let only = &[Backup::Job];
    let mut state = neighbour();
    state.stores[0].credentials.remove(2);
    check_by_hand(&files(&[]), state, only, "job-no-credentials: the password for postgresql");
    let mut state = neighbour();
    state.stores[0].credentials[1].secret = Some(ObjectName::new(Some("b"), "web-db"));
    check_by_hand(&files(&[]), state, only, "job-no-credentials: the user");
    let mut state = neighbour();
    state.stores[0].credentials[0].literal = Some("${DB_HOST}".into());
    check_by_hand(&files(&[]), state, only, "job-no-credentials: the host");
    let mut state = neighbour();
    state.stores[0].engine = "cockroachdb".into();
    check_by_hand(&files(&[]), state, only, "job-unknown-engine: ");
    let unnamed = DB.replace("docker.io/library/postgres", "acme/db");
    check_by_hand(&files(&[("apps/db.yaml", &unnamed)]), neighbour(), only, "job-no-image: ");
    let nowhere = chosen_with(&files(&[]), neighbour(), only, &[]);
    assert_eq!(nowhere.by_hand[0].why[0].code, "job-no-destination");
}

#[test]
fn every_engine_is_dumped_by_its_own_tool() {
    let one = NonZeroU32::new(1000);
    let dumps = [Dumps { releases: Vec::new(), claim: "dumps".into(), user: one }];
    for (engine, telling, ending) in [
        ("timescaledb", "pg_dump --format=custom", ".dump"),
        ("mysql", "value: \"3306\"", ".sql"),
        ("mongodb", "--config=/tmp/sign-in.yaml", ".archive.gz"),
        ("redis", "--rdb \"$DUMP\"", ".rdb"),
    ] {
        let mut state = neighbour();
        state.stores[0].engine = engine.into();
        state.stores[0].volumes = vec![claim("db-data")];
        let made = chosen_with(&files(&[]), state.clone(), &[Backup::Job], &dumps);
        let text = &made.parts[0].files[0].text;
        assert!(text.contains(telling) && text.contains("runAsUser: 1000"), "{text}");
        assert!(text.contains(&format!("{ending} on the claim")), "{text}");
        // A password is a variable of its own and never an argument.
        let script = text.split("env:").next().unwrap();
        assert!(!script.contains("--password=") && !text.contains("${"), "{text}");
        Stream::parse(text.clone()).unwrap();
        state.stores[0].volumes.clear();
        let without = chosen_with(&files(&[]), state, &[Backup::Job], &dumps);
        assert_eq!(without.parts.is_empty(), engine == "redis", "{without:?}");
    }
}
