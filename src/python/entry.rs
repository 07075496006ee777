//! How an entry of `functions.rs` becomes a whole function.

/// Makes the module: each entry is a whole function.
macro_rules! functions {
    (
        $(reduction $driver:ident { $(
            #$reduce_summary:tt
            $(#$reduce_doc:tt)*
            $reduce:ident $(with $other_input:ident)? (
                $($(#$about:tt)* $parameter:ident: $type:ty = $default:tt),*
                $(; $(#$about_keyword:tt)* $keyword:ident: $keyword_type:ty = $fallback:tt)?
            ) -> $reduced:ident => $reduce_kernel:expr;
        )* })*
        $(moving $move_driver:ident { $(
            #$move_summary:tt
            $(#$move_doc:tt)*
            $move:ident $(with $second:ident)? ($(
                $(#$about_setting:tt)* $setting:ident: $setting_type:ty = $initial:tt
            ),*) -> $moved:ident => $move_kernel:expr;
        )* })*
        other { $(
            $(#$other_doc:tt)*
            $kind:ident $result:ident
            fn $other:ident<$py:lifetime> $arguments:tt -> $returned:ty $body:block
        )* }
        settings { $($setting_function:item)* }
    ) => {
        #[pyo3::pymodule(gil_used = false)]
        mod _core {
            use super::*;

            $($(
                #[pyfunction]
                // Python reads the signature off the first line of the docstring.
                #[doc = concat!(
                    stringify!($reduce), "(a, ", $(stringify!($other_input), ", ",)?
                    "axis=None, ",
                    $(stringify!($parameter), "=", in_python!($default), ", ",)*
                    "*, keepdims=False, out=None",
                    $(", ", stringify!($keyword), "=", in_python!($fallback),)?
                    ")\n--\n",
                )]
                #$reduce_summary
                ///
                /// Parameters
                /// ----------
                #[doc = arrays!($($other_input)?)]
                #[doc = axis!($reduced)]
                $($(#$about)*)*
                #[doc = parameter!(form)]
                $($(#$about_keyword)*)?
                ///
                /// Returns
                /// -------
                #[doc = returns!($reduced $($other_input)?)]
                ///
                /// Raises
                /// ------
                #[doc = concat!(needs_memory!($driver), wrong!($reduced $($other_input)?))]
                $(#$reduce_doc)*
                #[pyo3(
                    signature = (
                        a, $($other_input,)? axis = Axes::All,
                        $($parameter = Argument::Default($default),)*
                        *, keepdims = false, out = None
                        $(, $keyword = Argument::Default($fallback))?
                    ),
                    text_signature = None
                )]
                fn $reduce<'py>(
                    a: &Bound<'py, PyAny>,
                    $($other_input: &Bound<'py, PyAny>,)?
                    #[pyo3(from_py_with = arguments::axes)] axis: Axes,
                    $($parameter: Argument<'_, 'py, $type>,)*
                    keepdims: bool,
                    out: Option<&Bound<'py, PyAny>>,
                    $($keyword: Argument<'_, 'py, $keyword_type>,)?
                ) -> PyResult<Bound<'py, PyAny>> {
                    let name = stringify!($reduce);
                    $(let $parameter = $parameter.read(stringify!($parameter))?;)*
                    $(let $keyword = $keyword.read(stringify!($keyword))?;)?
                    let form = Form { name, keepdims, out };
                    let others = |a: &Bound<'py, PyAny> $(, $other_input: &Bound<'py, PyAny>)?| {
                        let keywords = PyDict::new(a.py());
                        $(keywords.set_item(stringify!($keyword), $keyword)?;)?
                        let arguments = (name, a, $($other_input,)? &axis, $($parameter),*);
                        others(a.py())?.call(arguments, Some(&keywords))
                    };
                    call::$driver(a, $($other_input,)? &axis, form, $reduce_kernel, others)
                }
            )*)*

            $($(
                #[pyfunction]
                #[doc = concat!(
                    stringify!($move), "(a, ", $(stringify!($second), ", ",)?
                    "window, min_count=None, axis=-1, ",
                    $(stringify!($setting), "=", in_python!($initial), ", ",)*
                    "*, out=None)\n--\n",
                )]
                #$move_summary
                ///
                /// Parameters
                /// ----------
                #[doc = arrays!($($second)?)]
                /// window : int
                ///     How many values a window has: the one at the same place and those before it;
                ///     more than the axis has are as good as all of them.
                /// min_count : int, optional
                ///     Windows with fewer values that are not NaN give NaN; by default, those with
                ///     any NaN do, and the first `window` - 1.
                /// axis : int, optional
                ///     The axis to move along; by default, the last.
                $($(#$about_setting)*)*
                /// out : ndarray, optional
                ///     Where the result is written to and which is returned: of the result's shape,
                ///     and a dtype of the same kind.
                ///
                /// Returns
                /// -------
                #[doc = returns_moved!($($second)?)]
                ///
                /// Raises
                /// ------
                #[doc = wrong_moving!($($second)?)]
                /// MemoryError
                ///     If there is no memory for the result or for O(window) values beside it.
                $(#$move_doc)*
                #[pyo3(
                    signature = (
                        a, $($second,)? window, min_count = None, axis = -1,
                        $($setting = Argument::Default($initial),)* *, out = None
                    ),
                    text_signature = None
                )]
                fn $move<'py>(
                    a: &Bound<'py, PyAny>,
                    $($second: &Bound<'py, PyAny>,)?
                    #[pyo3(from_py_with = arguments::window)] window: i64,
                    #[pyo3(from_py_with = arguments::min_count)] min_count: Option<i64>,
                    #[pyo3(from_py_with = arguments::axis)] axis: i64,
                    $($setting: Argument<'_, 'py, $setting_type>,)*
                    out: Option<&Bound<'py, PyAny>>,
                ) -> PyResult<Bound<'py, PyAny>> {
                    let name = stringify!($move);
                    $(let $setting = $setting.read(stringify!($setting))?;)*
                    let others = |a: &Bound<'py, PyAny> $(, $second: &Bound<'py, PyAny>)?| {
                        let arguments = (
                            name, a, $($second,)? window, min_count, axis, $($setting),*
                        );
                        others(a.py())?.call1(arguments)
                    };
                    call::$move_driver(
                        a, $($second,)? window, min_count, axis, out, &$move_kernel, others
                    )
                }
            )*)*

            $(
                #[pyfunction]
                $(#$other_doc)*
                fn $other<$py> $arguments -> $returned $body
            )*

            $($setting_function)*

            /// Each function of arrays, with its driver and with what it returns.
            const FUNCTIONS: &[(&str, (&str, &str))] = &[
                $($((stringify!($reduce), (stringify!($driver), stringify!($reduced))),)*)*
                $($((stringify!($move), (moving_kind!($($second)?), stringify!($moved))),)*)*
                $((stringify!($other), (stringify!($kind), stringify!($result))),)*
            ];

            #[pymodule_init]
            fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
                let py = module.py();
                // What NumPy's C API would say later would be a panic.
                py.import("numpy")?;
                threads::set_count_from_environment()?;
                simd::set_level_from_environment()?;
                // What is not public is no name of `__all__`.
                module.setattr("_FUNCTIONS", FUNCTIONS.iter().copied().into_py_dict(py)?)?;
                module.setattr("_Reading", py.get_type::<Reading>())?;
                module.add("__version__", env!("CARGO_PKG_VERSION"))
            }
        }
    };
}
