package org.einkorn.arch;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.Launcher;
import org.einkorn.runtime.io.TensorFiles;
import org.junit.jupiter.api.Test;

/// The arrows between modules and packages, read from the class files.
///
/// A module with no classes yet keeps every rule; that the import sees classes at all is a test of
/// its own.
final class ArchitectureTest {
  private static final String FACADE = "org.einkorn";
  private static final String CLI = "org.einkorn.cli..";
  private static final String TUNE = "org.einkorn.tune..";
  private static final String FRONTEND = "org.einkorn.frontend..";
  private static final String PASSES = "org.einkorn.passes..";
  private static final String JVM = "org.einkorn.backend.jvm..";
  private static final String LLVM = "org.einkorn.backend.llvm..";
  private static final String IR = "org.einkorn.ir..";
  private static final String RUNTIME = "org.einkorn.runtime..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.einkorn");

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CLASSES);
  }

  @Test
  void classesOfTheLowestModulesAreSeen() {
    assertTrue(CLASSES.contain("org.einkorn.runtime.Tensor"));
    assertTrue(CLASSES.contain("org.einkorn.ir.tensor.Contraction"));
  }

  @Test
  void everyClassBelongsToAModule() {
    check(
        classes()
            .should()
            .resideInAnyPackage(FACADE, CLI, TUNE, FRONTEND, PASSES, JVM, LLVM, IR, RUNTIME));
  }

  @Test
  void arrowsPointDown() {
    check(
        layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("cli")
            .definedBy(CLI)
            .layer("tune")
            .definedBy(TUNE)
            .layer("facade")
            .definedBy(FACADE)
            .layer("frontend")
            .definedBy(FRONTEND)
            .layer("passes")
            .definedBy(PASSES)
            .layer("backend-jvm")
            .definedBy(JVM)
            .layer("backend-llvm")
            .definedBy(LLVM)
            .layer("ir")
            .definedBy(IR)
            .layer("runtime")
            .definedBy(RUNTIME)
            .whereLayer("runtime")
            .mayNotAccessAnyLayer()
            .whereLayer("ir")
            .mayOnlyAccessLayers("runtime")
            .whereLayer("frontend")
            .mayOnlyAccessLayers("ir", "runtime")
            .whereLayer("passes")
            .mayOnlyAccessLayers("ir", "runtime")
            .whereLayer("backend-jvm")
            .mayOnlyAccessLayers("ir", "runtime")
            .whereLayer("backend-llvm")
            .mayOnlyAccessLayers("ir", "runtime")
            .whereLayer("facade")
            .mayOnlyAccessLayers("frontend", "passes", "ir", "runtime")
            .whereLayer("tune")
            .mayOnlyAccessLayers("facade", "passes", "ir", "runtime")
            .whereLayer("cli")
            .mayOnlyAccessLayers("tune", "facade", "frontend", "passes", "ir", "runtime")
            .because("backends are found by ServiceLoader, and nothing below knows what is above"));
  }

  @Test
  void packagesHaveNoCycles() {
    check(
        slices()
            .matching("org.einkorn.(**)")
            .should()
            .beFreeOfCycles()
            // `Tensor.read` and `Tensor.write` are the doors to the formats, and they are public
            // API.
            .ignoreDependency(Tensor.class, TensorFiles.class));
  }

  @Test
  void runtimeNeedsThePlatformAlone() {
    check(
        classes()
            .that()
            .resideInAPackage(RUNTIME)
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(
                    RUNTIME,
                    "java..",
                    "javax.imageio..",
                    "jdk.incubator.vector..",
                    "org.jspecify.."))
            .because("the runtime jar is all that compiled code has beside it"));
  }

  @Test
  void onlyOnePackageUsesAsm() {
    checkOnlyUser("org.objectweb.asm..", "org.einkorn.backend.jvm.asm..");
  }

  @Test
  void onlyOnePackageUsesJavaCpp() {
    checkOnlyUser("org.bytedeco..", "org.einkorn.backend.llvm.binding..");
  }

  @Test
  void onlyTheFrontendUsesAntlr() {
    checkOnlyUser("org.antlr..", FRONTEND);
  }

  @Test
  void onlyTheCommandUsesPicocli() {
    checkOnlyUser("picocli..", CLI);
  }

  private static void checkOnlyUser(String library, String user) {
    check(
        noClasses()
            .that(resideOutsideOfPackage(user))
            .should()
            .dependOnClassesThat(resideInAPackage(library)));
  }

  @Test
  void nothingUsesInternalsOfTheJdk() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("sun..", "com.sun..", "jdk.internal..")));
  }

  /// The launcher is a command too: the `main` of a program compiled ahead of time.
  @Test
  void onlyCommandsPrint() {
    check(
        noClasses()
            .that(resideOutsideOfPackage(CLI).and(not(equivalentTo(Launcher.class))))
            .should(ACCESS_STANDARD_STREAMS));
  }
}
