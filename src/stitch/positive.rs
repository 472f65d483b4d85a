//! Solves large systems whose matrix is symmetric and positive definite: Cholesky's factor in blocks (Golub and Van Loan,
//! "Matrix computations", 4th edition, 4.2.9), so that nearly all of the work is products of matrices, which are fast.

use nalgebra::{DMatrix, DVector};

/// Rows and columns of a block.
const BLOCK: usize = 48;

/// x of `matrix` · x = `right`; of the matrix, the lower triangle alone is read. `None` where it is not positive definite.
pub fn solve(mut matrix: DMatrix<f64>, right: &DVector<f64>) -> Option<DVector<f64>> {
    let count = matrix.nrows();
    for start in (0..count).step_by(BLOCK) {
        let size = BLOCK.min(count - start);
        let (below, rest) = (start + size, count - start - size);
        let corner = matrix.view((start, start), (size, size)).clone_owned().cholesky()?.unpack();
        let panel = matrix.view((below, start), (rest, size)).transpose();
        let across = corner.solve_lower_triangular(&panel)?;
        let panel = across.transpose();
        for column in (0..rest).step_by(BLOCK) {
            let wide = BLOCK.min(rest - column);
            let high = rest - column;
            let (left, top) = (panel.rows(column, high), across.columns(column, wide));
            let at = below + column;
            matrix.view_mut((at, at), (high, wide)).gemm(-1.0, &left, &top, 1.0);
        }
        matrix.view_mut((start, start), (size, size)).copy_from(&corner);
        matrix.view_mut((below, start), (rest, size)).copy_from(&panel);
    }
    let half = matrix.solve_lower_triangular(right)?;
    matrix.tr_solve_lower_triangular(&half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::dice::Dice;

    #[test]
    fn it_is_what_nalgebra_finds() {
        let mut dice = Dice(7);
        for count in [1, BLOCK, BLOCK + 1, 3 * BLOCK - 5] {
            let root = DMatrix::from_fn(count, count, |_, _| dice.normal());
            let full = &root * root.transpose() + DMatrix::identity(count, count);
            let right = DVector::from_fn(count, |_, _| dice.normal());
            // What is above the diagonal does not count.
            let lower = full.lower_triangle();
            let found = solve(lower.clone(), &right).expect("positive definite");
            assert!(
                (&full * &found - &right).norm() < 1e-8 * right.norm() * full.norm(),
                "{count}"
            );
            let expected = full.cholesky().expect("positive definite").solve(&right);
            assert!((&found - &expected).norm() < 1e-8 * expected.norm(), "{count}");
            let mut indefinite = lower;
            indefinite[(count - 1, count - 1)] = -1.0;
            assert!(solve(indefinite, &right).is_none());
        }
    }
}
